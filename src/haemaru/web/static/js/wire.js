// TRK1, the moving picture: 24 bytes of header, then columns. The other half is haemaru/web/wire.py.

export const MISSING = 65535;

/** Reads one frame: `whole` tells whether vessels that are not in it are gone. */
export function decode(buffer) {
  const head = new DataView(buffer, 0, 24);
  if (head.getUint32(0, false) !== 0x54524b31 || head.getUint16(4, true) !== 1) throw new Error("not TRK1");
  const count = head.getUint32(8, true);
  let at = 24;
  const column = (Kind) => {
    const values = new Kind(buffer, at, count);
    at += count * Kind.BYTES_PER_ELEMENT;
    return values;
  };
  return {
    whole: (head.getUint16(6, true) & 1) === 1,
    frame: head.getUint32(12, true),
    time: Number(head.getBigInt64(16, true)),
    count,
    mmsi: column(Uint32Array),
    lon: column(Int32Array),
    lat: column(Int32Array),
    cog: column(Uint16Array),
    sog: column(Uint16Array),
    age: column(Uint16Array),
    kind: column(Uint8Array),
    source: column(Uint8Array),
  };
}
