// Names of what is drawn, as a person reads them.

/** What a group is called by: its id without what only tells ids apart. */
export function groupName(id: string): string {
  const name = id.replace(/^group:/, "").replace(/\\x0[1-5]|\\n/g, " ").trim();
  return name.length > 44 ? `…${name.slice(-43)}` : name || "all";
}
