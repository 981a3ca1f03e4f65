import { describe, expect, it } from "vitest";
import { idempotencyKeyLimit, parseIdempotencyKey } from "../../../../runtime/gateway/idempotency-key.js";

const request = { method: "PUT", path: "/accounts/a-1", body: Buffer.from("{}") };

describe("Idempotency-Key", () => {
  it("takes the time out of a UUID of version 7", () => {
    const { key, time } = parseIdempotencyKey("01890a5d-ac96-774b-bcce-b302099a8057", request);
    expect({ key, time }).toEqual({ key: "01890a5d-ac96-774b-bcce-b302099a8057", time: 0x01890a5dac96 });
  });

  it("other keys carry no time", () => {
    expect(parseIdempotencyKey("order-17", request).time).toBeUndefined();
    expect(parseIdempotencyKey("01890a5d-ac96-474b-bcce-b302099a8057", request).time).toBeUndefined();
  });

  it("quotes are not part of the key", () => {
    expect(parseIdempotencyKey('"order-17"', request).key).toBe("order-17");
  });

  it.each(["", '""', '"', "a b", "a,b", "ü", "x".repeat(idempotencyKeyLimit + 1), "a\u0000"])("refuses %j", (text) => {
    expect(() => parseIdempotencyKey(text, request)).toThrow(expect.objectContaining({ code: "REQUEST_INVALID" }));
  });

  it("the hash has 16 bytes and differs with method, path and body", () => {
    const hashes = [
      request,
      { ...request, method: "POST" },
      { ...request, path: "/accounts/a-2" },
      { ...request, body: Buffer.from("{ }") },
    ].map((each) => Buffer.from(parseIdempotencyKey("k", each).request).toString("hex"));
    expect(new Set(hashes).size).toBe(4);
    expect(hashes.every((hash) => hash.length === 32)).toBe(true);
    expect(Buffer.from(parseIdempotencyKey("k", request).request).toString("hex")).toBe(hashes[0]);
  });
});
