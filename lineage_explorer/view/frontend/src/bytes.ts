// A block of bytes from Python: four letters, a JSON header, then little-endian arrays.

/** The bytes are not what they should be: the message says which part is wrong. */
export class WireError extends Error {
  override name = "WireError";
}

export type Json = Record<string, unknown>;

export function fail(what: string): never {
  throw new WireError(
    `The picture's data cannot be read: ${what}. Run the cell again; if it stays, the package and its view differ in version.`,
  );
}

export function object(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value)) fail(`${what} is not an object`);
  return value as Json;
}

export function text(value: unknown): string {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}

export function texts(value: unknown, count: number, what: string): string[] {
  if (!Array.isArray(value)) fail(`${what} is missing`);
  if (count >= 0 && value.length !== count) fail(`${what} has ${value.length} entries, not ${count}`);
  return value.map(text);
}

export interface Block {
  readonly header: Json;
  readonly f4: (name: string, count: number) => Float32Array;
  readonly f8: (name: string, count: number) => Float64Array;
  readonly u4: (name: string, count: number) => Uint32Array;
  /** Whole numbers from nothing up, sent as narrow as they are. */
  readonly u: (name: string, count: number) => Uint32Array;
  readonly u1: (name: string, count: number) => Uint8Array;
}

type Data = DataView | ArrayBuffer | Uint8Array;

/** A view of the bytes that starts on a multiple of four, copied only when it must be. */
function aligned(data: Data): { buffer: ArrayBuffer; offset: number; length: number } {
  if (data instanceof ArrayBuffer) return { buffer: data, offset: 0, length: data.byteLength };
  const { buffer, byteOffset, byteLength } = data;
  if (buffer instanceof ArrayBuffer && byteOffset % 4 === 0) return { buffer, offset: byteOffset, length: byteLength };
  const copy = new Uint8Array(byteLength);
  copy.set(new Uint8Array(buffer, byteOffset, byteLength));
  return { buffer: copy.buffer, offset: 0, length: byteLength };
}

/** Open a block; arrays are checked when they are asked for (count -1: of any length). */
export function openBlock(data: Data, magic: string, version = 1): Block {
  const { buffer, offset, length } = aligned(data);
  if (length < 8) fail("it is shorter than its own header");
  const bytes = new Uint8Array(buffer, offset, length);
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== magic) fail(`it does not begin with ${magic}`);
  const headerLength = new DataView(buffer, offset, length).getUint32(4, true);
  const start = 8 + headerLength;
  if (start > length || start % 4 !== 0) fail(`a header of ${headerLength} bytes does not fit`);

  let header: Json;
  try {
    header = object(JSON.parse(new TextDecoder().decode(bytes.subarray(8, start))), "the header");
  } catch (error) {
    if (error instanceof WireError) throw error;
    fail("its header is not JSON");
  }
  if (header["version"] !== version) fail(`version ${text(header["version"])} is not ${version}`);

  const specs = new Map(Object.entries(object(header["arrays"], "arrays")));
  const place = (name: string, dtype: string, size: number, count: number): [from: number, n: number] => {
    const spec = specs.get(name);
    if (!Array.isArray(spec) || spec.length !== 3) fail(`array ${name} is missing`);
    const [type, from, n] = spec as [unknown, unknown, unknown];
    if (type !== dtype) fail(`array ${name} is ${text(type)}, not ${dtype}`);
    if (
      typeof from !== "number" ||
      typeof n !== "number" ||
      from < 0 ||
      from % 4 !== 0 ||
      start + from + n * size > length
    ) {
      fail(`array ${name} lies outside the data`);
    }
    if (count >= 0 && n !== count) fail(`array ${name} has ${n} entries, not ${count}`);
    return [offset + start + from, n];
  };
  return {
    header,
    f4: (name, count) => new Float32Array(buffer, ...place(name, "f4", 4, count)),
    f8: (name, count) => {
      // Eight bytes may lie on a multiple of four: copied to where they may be read.
      const [from, n] = place(name, "f8", 8, count);
      return new Float64Array(buffer.slice(from, from + n * 8));
    },
    u4: (name, count) => new Uint32Array(buffer, ...place(name, "u4", 4, count)),
    u: (name, count) => {
      const spec = specs.get(name);
      const type: unknown = Array.isArray(spec) ? spec[0] : null;
      if (type === "u1") return Uint32Array.from(new Uint8Array(buffer, ...place(name, "u1", 1, count)));
      if (type === "u2") return Uint32Array.from(new Uint16Array(buffer, ...place(name, "u2", 2, count)));
      return new Uint32Array(buffer, ...place(name, "u4", 4, count));
    },
    u1: (name, count) => new Uint8Array(buffer, ...place(name, "u1", 1, count)),
  };
}
