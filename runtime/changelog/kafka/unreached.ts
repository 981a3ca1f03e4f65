/** What to do when no broker lets us in, by what the network or the broker has said. */
import { messageOf } from "../../core/errors.js";

/** In this order: a broker that speaks TLS tells others nothing, and closes. */
const cures: readonly (readonly [RegExp, string])[] = [
  [
    /\bSASL\b|authenticat|credential/i,
    "look at changelog.sasl: `mechanism`, and `username` and `password`, or the token in `tokenFile`",
  ],
  [/altname|hostname|\bIP: /i, "reach the brokers under a name that stands in their certificates (changelog.brokers)"],
  [
    // An alert is what the other side complains of.
    /alert .*certificate|alert unknown ca/i,
    "the broker asks its clients for a certificate of an authority that it knows: name one in changelog.ssl.cert, and its key in changelog.ssl.key",
  ],
  [/certificate|self.signed|issuer/i, "name the authority of the brokers' certificates in changelog.ssl.ca"],
  [
    /wrong version number|\bSSL\b|\bTLS\b/i,
    "the port may not speak TLS: look at changelog.ssl.enabled and changelog.brokers",
  ],
  [
    /closed|ECONNRESET|socket hang up/i,
    "the port may want TLS, or another listener: look at changelog.ssl.enabled and changelog.brokers",
  ],
];

/** The error's text with the cure behind it. */
export function unreachedText(error: unknown): string {
  const text = messageOf(error);
  const found = cures.find(([pattern]) => pattern.test(text));
  return `${text}; ${found?.[1] ?? "start Kafka, or correct changelog.brokers"}`;
}
