// Characters that hide or reorder text are written as escapes, as Python's `plain` does.

const UNSAFE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\ud800-\udfff]/gu;

/** The text with control, bidi and invisible characters made visible; tabs and line ends stay. */
export function plain(text: string): string {
  return text.replace(UNSAFE, (c) => {
    const code = c.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A number with thin spaces between its thousands. */
export const counted = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, "\u2009");
