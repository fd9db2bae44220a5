// Small tools of the page: words in the reader's language, elements by name, sizes and durations.

let words = {};

/** Take the page's dictionary; every sentence that scripts show comes from it. */
export function useWords(dictionary) {
  words = dictionary;
}

/** The sentence `key` with its {placeholders} filled. */
export function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function knows(key) {
  return Object.hasOwn(words, key);
}

export const byId = (id) => document.getElementById(id);

/** The part of `root` marked data-el="name". */
export const part = (root, name) => root.querySelector(`[data-el="${name}"]`);

/** A fresh copy of the first element of the template `t-<name>`. */
export function copyOf(name) {
  return byId(`t-${name}`).content.firstElementChild.cloneNode(true);
}

/** Show or hide an element. */
export function show(element, visible = true) {
  element.hidden = !visible;
}

export function badge(element, kind, text) {
  element.className = `badge ${kind}`;
  element.replaceChildren(...(kind === "ok" ? [copyOf("icon-check"), text] : [text]));
}

/** A figure in per cent as the reader's language writes it. */
export function percent(figure) {
  return document.documentElement.lang.startsWith("zh") ? `${figure}%` : `${figure} %`;
}

/** Sentences one after another, as the reader's language sets them. */
export function joined(...sentences) {
  return sentences.filter(Boolean).join(document.documentElement.lang.startsWith("zh") ? "" : " ");
}

export function sizeText(bytes) {
  const number = (value) => new Intl.NumberFormat(document.documentElement.lang, {
    minimumFractionDigits: 1, maximumFractionDigits: 1,
  }).format(value);
  return bytes < 1e6 ? say("size.kb", { n: number(bytes / 1e3) }) : say("size.mb", { n: number(bytes / 1e6) });
}

export function leftText(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  if (whole < 60) return say("left.seconds", { s: whole });
  return say("left.minutes", { m: Math.floor(whole / 60), s: whole % 60 });
}

/** Tell a screen reader, politely. */
export function announce(text) {
  byId("seal-announce").textContent = text;
}

/** Hand a text to the person as a file. */
export function download(name, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
