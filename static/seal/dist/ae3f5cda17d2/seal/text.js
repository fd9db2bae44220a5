// Text as a reader of an offer accepts it.

/** Text without control and direction-changing characters, which no reader of an offer accepts. */
export function clean(text, longest) {
  const plain = text.toWellFormed().replace(/\r\n?/g, "\n");
  return plain.replace(/[\u2028\u2029\u202a-\u202e\u2066-\u2069]|(?![\n\t])\p{Cc}/gu, " ").trim().slice(0, longest);
}

/** The same on one line. */
export const oneLine = (text, longest) => clean(text.replace(/[\n\t]/g, " "), longest);
