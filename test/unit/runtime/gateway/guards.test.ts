import { networkInterfaces } from "node:os";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../../../runtime/core/clock.js";
import { HostGuard, isLoopbackHost } from "../../../../runtime/gateway/host-guard.js";
import { OriginGuard } from "../../../../runtime/gateway/origin-guard.js";
import { challenge, TokenGuard } from "../../../../runtime/gateway/token-guard.js";

const code = (expected: string) => expect.objectContaining({ code: expected });

describe("HostGuard", () => {
  const guard = new HostGuard(["api.example.com", "[2001:db8::1]"], systemClock);

  it.each([
    "127.0.0.1",
    "127.0.0.1:8080",
    "127.9.9.9",
    "localhost:1",
    "LOCALHOST",
    "localhost.",
    "app.localhost:80",
    "[::1]:8080",
    "[0:0:0:0:0:0:0:1]",
    "api.example.com",
    "API.example.com:443",
    "api.example.com.",
    "[2001:DB8:0::1]:80",
  ])("P18: serves %s", (host) => {
    expect(() => guard.check(host)).not.toThrow();
    expect(() => guard.check(host)).not.toThrow();
  });

  it("P18: serves the machine's own addresses", () => {
    const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
    for (const { address, family } of own) {
      const bare = address.replace(/%.*$/, "");
      expect(() => guard.check(family === "IPv6" ? `[${bare}]:80` : `${bare}:80`)).not.toThrow();
    }
  });

  it.each([
    "evil.example.com",
    "api.example.com.evil.org",
    "192.0.2.7",
    "[2001:db8::2]",
    "127.0.0.1.nip.io",
    "localhost.evil.org",
  ])("P18: refuses %s", (host) => {
    expect(() => guard.check(host)).toThrow(code("HOST_REFUSED"));
  });

  it.each([undefined, "", "a b", "user@localhost", "localhost:http", "[::1", "localhost/x", "a\\b@localhost"])(
    "%s is no host at all, or one that is refused",
    (host) => {
      expect(() => guard.check(host)).toThrow();
    },
  );

  it("knows loopback by its names and addresses only", () => {
    expect(["localhost", "127.0.0.1", "::1", "[::1]"].every(isLoopbackHost)).toBe(true);
    expect(["0.0.0.0", "::", "10.0.0.1", "127.example.com", "localhost.com"].some(isLoopbackHost)).toBe(false);
  });
});

describe("OriginGuard", () => {
  const listing = new OriginGuard({ origins: ["https://app.example.com"], anyLoopback: false });
  const dev = new OriginGuard({ origins: [], anyLoopback: true });

  it("P18: pages of foreign origins may not write", () => {
    expect(() => listing.checkWrite("https://evil.example.com", "127.0.0.1:8080")).toThrow(code("ORIGIN_REFUSED"));
    expect(() => listing.checkWrite("null", "127.0.0.1:8080")).toThrow(code("ORIGIN_REFUSED"));
    expect(() => listing.checkWrite("http://127.0.0.1:3000", "127.0.0.1:8080")).toThrow(code("ORIGIN_REFUSED"));
    expect(() => dev.checkWrite("http://localhost.evil.org", "127.0.0.1:8080")).toThrow(code("ORIGIN_REFUSED"));
  });

  it("callers without an origin, the own origin and those that are listed may write", () => {
    expect(() => listing.checkWrite(undefined, "127.0.0.1:8080")).not.toThrow();
    expect(() => listing.checkWrite("http://127.0.0.1:8080", "127.0.0.1:8080")).not.toThrow();
    expect(() => listing.checkWrite("https://api.example.com", "API.example.com")).not.toThrow();
    expect(() => listing.checkWrite("https://app.example.com", "127.0.0.1:8080")).not.toThrow();
    expect(() => dev.checkWrite("http://localhost:5173", "127.0.0.1:8080")).not.toThrow();
    expect(() => dev.checkWrite("http://[::1]:5173", "127.0.0.1:8080")).not.toThrow();
  });

  it("answers differ by origin only where origins are listed", () => {
    expect(new OriginGuard({ origins: [], anyLoopback: false }).headers("https://x.example.com")).toEqual([]);
    expect(listing.headers(undefined)).toEqual(["Vary", "Origin"]);
    expect(listing.headers("https://evil.example.com")).toEqual(["Vary", "Origin"]);
    expect(listing.headers("https://app.example.com").slice(0, 2)).toEqual([
      "Access-Control-Allow-Origin",
      "https://app.example.com",
    ]);
  });
});

describe("TokenGuard", () => {
  const guard = new TokenGuard({ type: "bearer", tokens: ["first-token", "second"] });

  it("takes each of the tokens", () => {
    expect(() => guard.check("Bearer first-token")).not.toThrow();
    expect(() => guard.check("bearer second")).not.toThrow();
  });

  it.each([
    undefined,
    "",
    "Bearer",
    "Bearer ",
    "Bearer first-toke",
    "Bearer first-tokenx",
    "Bearer first-tokenxxxxxxxxxxxx",
    "Basic first-token",
    "second",
    "Bearer secon",
    "Bearer second\u0000",
  ])("P18: refuses %j", (authorization) => {
    expect(() => guard.check(authorization)).toThrow(code("UNAUTHENTICATED"));
  });

  it("P18: a refusal holds no token, neither the given one nor the right one", () => {
    try {
      guard.check("Bearer guessed-secret");
    } catch (error) {
      expect(JSON.stringify(error) + String(error)).not.toMatch(/guessed-secret|first-token/);
    }
    expect(challenge("Bearer x")).toEqual(["WWW-Authenticate", 'Bearer realm="affinity", error="invalid_token"']);
  });

  it("without tokens nothing is known", () => {
    expect(() => new TokenGuard({ type: "none" }).check("Bearer ")).toThrow(code("UNAUTHENTICATED"));
    expect(() => new TokenGuard({ type: "none" }).check("Bearer x")).toThrow(code("UNAUTHENTICATED"));
  });
});
