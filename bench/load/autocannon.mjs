// The same load as wrk.lua, by autocannon. argv: url, connections, seconds, get|put, keys, seed, prefix
import autocannon from "autocannon";

const [url, connections, seconds, mode, keys, seed, prefix] = process.argv.slice(2);
let state = Number(seed) >>> 0;
function chance(limit) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return 1 + Math.floor((state / 2 ** 32) * limit);
}
function account(key) {
  const balance = chance(1_000_000);
  const tags = ["retail", `region-${balance % 7}`];
  return JSON.stringify({ id: key, owner: `owner of ${key}`, balance, status: "OPEN", nickname: null, tags });
}
function setupRequest(request) {
  const number = chance(Number(keys));
  const key = `a-${number}`;
  const path = `${prefix}${number}`;
  if (mode === "get") return { ...request, method: "GET", path };
  return { ...request, method: "PUT", path, body: account(key), headers: { "content-type": "application/json" } };
}

const result = await autocannon({
  url,
  connections: Number(connections),
  duration: Number(seconds),
  requests: [{ setupRequest }],
});
const answered = result["2xx"] + result.non2xx;
const failed = result.errors + result.timeouts + result.non2xx;
const micros = result.duration * 1e6;
const [p50Us, p99Us] = [result.latency.p50 * 1000, result.latency.p99 * 1000];
console.log(`RESULT ${JSON.stringify({ requests: answered, micros, failed, p50Us, p99Us })}`);
