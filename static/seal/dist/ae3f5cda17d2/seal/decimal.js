// Exact decimals on BigInt, sums of money in fen, and the capital numerals of Chinese bookkeeping (大写).

/** Parse a decimal a person typed. Returns {digits, places} or null; grouping commas and full-width digits are read. */
export function parseDecimal(text, places = 6, whole = 13) {
  const plain = String(text).normalize("NFKC").replace(/[,\s']/g, "");
  const found = /^(\d+)(?:\.(\d*))?$/.exec(plain);
  if (!found) return null;
  const fraction = (found[2] ?? "").replace(/0+$/, "");
  const integer = found[1].replace(/^0+(?=\d)/, "");
  if (fraction.length > places || integer.length > whole) return null;
  return { digits: BigInt(integer + fraction), places: fraction.length };
}

/** The text of a decimal with at least two places, as the offer holds a unit price: "386.00", "0.125". */
export function priceText({ digits, places }) {
  const shown = Math.max(places, 2);
  const text = (digits * 10n ** BigInt(shown - places)).toString().padStart(shown + 1, "0");
  return `${text.slice(0, -shown)}.${text.slice(-shown)}`;
}

/** quantity × unit price in fen, rounded half-up at the second place. */
export function amountInFen(quantity, unitPrice) {
  const places = quantity.places + unitPrice.places;
  const product = quantity.digits * unitPrice.digits;
  if (places <= 2) return product * 10n ** BigInt(2 - places);
  const unit = 10n ** BigInt(places - 2);
  return (product * 2n + unit) / (unit * 2n);
}

/** Fen of a decimal string such as a ceiling; null when it has more than two places or is no decimal. */
export function fenOf(text) {
  const parsed = parseDecimal(text, 2, 18);
  return parsed && amountInFen(parsed, { digits: 1n, places: 0 });
}

/** Fen as the text of the offer: 238680000n → "2386800.00". */
export function fenText(fen) {
  return priceText({ digits: fen, places: 2 });
}

/** Group the whole part of a decimal text by thousands: "2386800.00" → "2,386,800.00". */
export function grouped(text) {
  const [whole, ...rest] = text.split(".");
  return [whole.replace(/\B(?=(\d{3})+$)/g, ","), ...rest].join(".");
}

const SCRIPTS = {
  hans: { digits: "零壹贰叁肆伍陆柒捌玖", small: ["", "拾", "佰", "仟"], big: ["", "万", "亿", "万亿"], yuan: "元", even: "整" },
  hant: { digits: "零壹貳參肆伍陸柒捌玖", small: ["", "拾", "佰", "仟"], big: ["", "萬", "億", "萬億"], yuan: "元", even: "整" },
};

/**
 * A sum of fen in capital numerals (支付结算办法, annex 1): 238680000n → 贰佰叁拾捌万陆仟捌佰元整.
 * `script` is "hans" or "hant". Sums of 10^16 yuan or more have no such name here and give "".
 */
export function capitals(fen, script = "hans") {
  const { digits, small, big, yuan, even } = SCRIPTS[script];
  const whole = (fen / 100n).toString();
  if (whole.length > 16) return "";
  const [jiao, fenDigit] = (fen % 100n).toString().padStart(2, "0");
  let text = "";
  let gap = false;
  for (let at = 0; at < whole.length; at += 1) {
    const place = whole.length - 1 - at;
    const digit = Number(whole[at]);
    if (digit === 0) {
      gap = text !== "";
    } else {
      text += (gap ? digits[0] : "") + digits[digit] + small[place % 4];
      gap = false;
    }
    if (place % 4 === 0 && place > 0) {
      const group = whole.slice(Math.max(0, at - 3), at + 1);
      if (Number(group) > 0) text += place === 12 ? big[1] : big[place / 4];
      if (place === 12 && Number(whole.slice(at + 1, at + 5)) === 0) text += big[2];
    }
  }
  if (text) text += yuan;
  if (jiao === "0" && fenDigit === "0") return (text || digits[0] + yuan) + even;
  if (jiao !== "0") text += `${digits[Number(jiao)]}角`;
  else if (text) text += digits[0];
  if (fenDigit !== "0") text += `${digits[Number(fenDigit)]}分`;
  return text;
}
