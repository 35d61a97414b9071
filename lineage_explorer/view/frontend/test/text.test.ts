import { expect, test } from "vitest";
import { stateName, storageGlyph } from "../src/glyphs";
import { tokens } from "../src/highlight";
import { readDetail } from "../src/panel";
import { plain } from "../src/plain";
import { pointAt, readError, readSuggestions } from "../src/search";

test("tokens joined are the text again", () => {
  const sql = "-- day\nSELECT 'it''s', 1.5 FROM \"t\" /* x */ where a_1 = 2;";
  for (const language of ["sql", "python", "json", "text", "unknown"]) {
    expect(
      tokens(sql, language)
        .map(([, text]) => text)
        .join(""),
    ).toBe(sql);
  }
});

test("words of SQL are words in any case, in names they are not", () => {
  const kinds = new Map(tokens("select selected FROM x", "sql").map(([kind, text]) => [text, kind]));
  expect([kinds.get("select"), kinds.get("FROM")]).toEqual(["word", "word"]);
  expect([...kinds.keys()].some((text) => text.includes("selected") && kinds.get(text) === "")).toBe(true);
});

test("a word that is a property of objects is no keyword", () => {
  expect(tokens("constructor", "sql")).toEqual([["", "constructor"]]);
});

test("hidden characters are written out, line ends and other scripts stay", () => {
  expect(plain("a\u202eb\u0000c\u200b")).toBe("a\\u202eb\\x00c\\u200b");
  expect(plain("注文\tà\nü 😀")).toBe("注文\tà\nü 😀");
});

test("the caret stands under the character", () => {
  const [line, caret] = pointAt("orders and (x", 11);
  expect(line[caret.indexOf("^")]).toBe("(");
  const [long, under] = pointAt("a".repeat(60) + "(" + "b".repeat(60), 60);
  expect(long[under.indexOf("^")]).toBe("(");
  expect(long.length).toBeLessThan(50);
});

test("a caret behind the last character is shown there", () => {
  expect(pointAt("(a", 2)).toEqual(["(a", "  ^"]);
});

test.each(["", "null", "{", "[]", '{"text":1}', '{"text":""}'])("%s is no error to show", (json) => {
  expect(readError(json)).toBeNull();
});

test("an error without a place has none", () => {
  expect(readError('{"text":"no","at":"x"}')).toEqual({ text: "no", at: null });
});

test("suggestions that are none are left out", () => {
  expect(readSuggestions('[["id","label"],3,null,[1]]')).toEqual([["id", "label", "", "", ""]]);
  expect(readSuggestions("nonsense")).toEqual([]);
});

test("a detail with parts missing is still a detail", () => {
  expect(readDetail('{"for":"a","tabs":[null,{"name":"x"}]}')).toMatchObject({
    for: "a",
    title: "",
    tabs: [{ name: "x", blocks: [] }],
  });
  expect(readDetail("[")).toBeNull();
});

test("a state that is not understood stays unknown, none stays none", () => {
  expect(["COMPLETE", "FAIL", "OTHER", ""].map(stateName)).toEqual(["complete", "failed", "unknown", null]);
  expect(["table", "constructor", ""].map(storageGlyph)).toEqual(["table", "unknown", null]);
});
