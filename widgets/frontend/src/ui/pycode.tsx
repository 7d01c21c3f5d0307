// A line of Python with strings, numbers, keywords and comments told apart: enough for what the journal writes.
// UI state: none.

const TOKEN = /(#.*$)|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|\b(import|from|as|for|in|if|with|def|return|True|False|None)\b|(?<![\w.])(\d[\d_]*\.?\d*(?:[eE][-+]?\d+)?)/g;
const CLASSES = ["sl-py-comment", "sl-py-string", "sl-py-word", "sl-py-number"];

export function PyLine({ code }: { code: string }) {
  const parts: (string | { text: string; kind: number })[] = [];
  let at = 0;
  for (const match of code.matchAll(TOKEN)) {
    if (match.index > at) parts.push(code.slice(at, match.index));
    parts.push({ text: match[0], kind: [1, 2, 3, 4].findIndex((k) => match[k] !== undefined) });
    at = match.index + match[0].length;
  }
  parts.push(code.slice(at) || (parts.length ? "" : " "));
  return <>{parts.map((part, i) => (typeof part === "string" ? part : <span key={i} class={CLASSES[part.kind]}>{part.text}</span>))}</>;
}
