import { describe, expect, it } from "vitest";
import { RouteTable } from "../../../../runtime/gateway/route-table.js";

function table(
  ...routes: readonly (readonly [method: string, template: string, keySegments: number])[]
): RouteTable<string> {
  const made = new RouteTable<string>();
  for (const [method, template, keySegments] of routes)
    made.add(method, template, keySegments, `${method} ${template}`);
  return made;
}

describe("RouteTable", () => {
  it("gives a key's segments in order, raw", () => {
    const routes = table(["GET", "/graph/{key}", 2]);
    expect(routes.find("GET", "/graph/1/a%2Fb")).toEqual({ route: "GET /graph/{key}", segments: ["1", "a%2Fb"] });
    expect(routes.find("GET", "/graph/1")).toBeUndefined();
    expect(routes.find("GET", "/graph/1/2/3")).toBeUndefined();
  });

  it("prefers a literal segment and falls back to the key where the literal's branch ends", () => {
    const routes = table(
      ["GET", "/graph/{key}", 1],
      ["GET", "/graph/top", 0],
      ["GET", "/graph/top/{key}/x", 1],
      ["POST", "/graph/{key}/connect", 1],
    );
    expect(routes.find("GET", "/graph/top")?.route).toBe("GET /graph/top");
    expect(routes.find("POST", "/graph/top/connect")).toEqual({
      route: "POST /graph/{key}/connect",
      segments: ["top"],
    });
  });

  it("falls back to the key where the literal has no route of that method", () => {
    const routes = table(["PUT", "/graph/{key}", 1], ["GET", "/graph/top", 0]);
    expect(routes.find("PUT", "/graph/top")?.segments).toEqual(["top"]);
  });

  it("tells every method of a path, over all of its branches", () => {
    const routes = table(["PUT", "/graph/{key}", 1], ["GET", "/graph/top", 0], ["DELETE", "/graph/{key}", 1]);
    expect(routes.methods("/graph/top")).toEqual(["DELETE", "GET", "PUT"]);
    expect(routes.methods("/none")).toEqual([]);
  });

  it("does not look up a path of very many segments", () => {
    expect(table(["GET", "/a/{key}", 1]).find("GET", `/a${"/x".repeat(10_000)}`)).toBeUndefined();
  });

  it("keeps names of Object.prototype apart", () => {
    expect(table(["GET", "/a", 0]).find("GET", "/__proto__")).toBeUndefined();
    expect(table(["GET", "/a", 0]).find("constructor", "/a")).toBeUndefined();
  });
});
