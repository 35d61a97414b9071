// A little colour for SQL, JSON and Python: a token is a class name and a piece of text.

export type Token = readonly [kind: "" | "word" | "text" | "number" | "note", text: string];

const SQL =
  "select from where join left right inner outer full cross on using group by order having limit offset union all distinct as with case when then else end and or not in is null like between exists insert into values update set delete create table view replace temporary if over partition rows range cast merge matched recursive lateral qualify asc desc true false";
const PYTHON =
  "def class return import from as if elif else for while in not and or is None True False try except finally with lambda yield raise pass break continue assert async await global nonlocal";
const WORDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ["sql", new Set(SQL.split(" "))],
  ["python", new Set(PYTHON.split(" "))],
  ["json", new Set(["true", "false", "null"])],
]);

const SCAN: ReadonlyMap<string, RegExp> = new Map([
  ["sql", /(--[^\n]*|\/\*[\s\S]*?\*\/)|('(?:[^']|'')*')|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)/g],
  [
    "python",
    /(#[^\n]*)|("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(\b\d+(?:\.\d+)?\b)|([A-Za-z_]\w*)/g,
  ],
  ["json", /(?!)()|("(?:[^"\\\n]|\\.)*")|(-?\b\d+(?:\.\d+)?(?:[eE][-+]?\d+)?\b)|([a-z]+)/g],
]);

/** Tokens whose texts joined are the text again; very long texts are left plain. */
export function tokens(text: string, language: string): Token[] {
  const scan = SCAN.get(language);
  const words = WORDS.get(language);
  if (!scan || !words || text.length > 50_000) return [["", text]];
  const list: Token[] = [];
  let from = 0;
  for (const match of text.matchAll(scan)) {
    const [whole, note, quoted, number, word] = match;
    const kind = note
      ? "note"
      : quoted
        ? "text"
        : number
          ? "number"
          : word && words.has(language === "sql" ? word.toLowerCase() : word)
            ? "word"
            : "";
    if (!kind || !whole) continue;
    if (match.index > from) list.push(["", text.slice(from, match.index)]);
    list.push([kind, whole]);
    from = match.index + whole.length;
  }
  if (from < text.length) list.push(["", text.slice(from)]);
  return list;
}
