/** A broker that takes clients by TLS only, with a certificate of their own, and only those that say who they are. */
import { createHash, pbkdf2Sync } from "node:crypto";
import { readFileSync } from "node:fs";
import { type ApiRequest, apiRequest, compactItems } from "../../../runtime/changelog/kafka/api/request.js";
import type { BrokerLink } from "../../../runtime/changelog/kafka/link.js";
import type { Certificate } from "../servers/front.js";
import type { KafkaNode } from "../servers/kafka-properties.js";

export const user = "bank";
export const password = "not to be seen in an error";
/** How long a connection of `plain` may go on without saying again who it is. kafkajs says it 10 s before that. */
export const sessionMs = 12_000;

const mechanisms = ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] as const;
const scram = {
  "SCRAM-SHA-256": { code: 1, hash: "sha256" },
  "SCRAM-SHA-512": { code: 2, hash: "sha512" },
} as const;
const iterations = 4_096;
const salt = Buffer.from("salt of the tests");

/** Settings of the listener behind the proxy. */
export function securedSettings({ cert, key, caFile }: Certificate): KafkaNode["settings"] {
  const listener = "listener.name.proxied.";
  const inline = (pem: string): string => pem.trim().replaceAll("\n", "\\n");
  const module = "org.apache.kafka.common.security";
  const jaas = {
    plain: `${module}.plain.PlainLoginModule required user_${user}="${password}";`,
    "scram-sha-256": `${module}.scram.ScramLoginModule required;`,
    "scram-sha-512": `${module}.scram.ScramLoginModule required;`,
    oauthbearer: `${module}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  };
  return {
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,PROXIED:SASL_SSL",
    [`${listener}sasl.enabled.mechanisms`]: mechanisms.join(),
    ...Object.fromEntries(
      Object.entries(jaas).map(([mechanism, value]) => [`${listener}${mechanism}.sasl.jaas.config`, value]),
    ),
    [`${listener}plain.connections.max.reauth.ms`]: sessionMs,
    [`${listener}ssl.keystore.type`]: "PEM",
    [`${listener}ssl.keystore.certificate.chain`]: inline(cert),
    [`${listener}ssl.keystore.key`]: inline(key),
    [`${listener}ssl.truststore.type`]: "PEM",
    [`${listener}ssl.truststore.certificates`]: inline(readFileSync(caFile, "utf8")),
    [`${listener}ssl.client.auth`]: "required",
  };
}

/** Makes the user known to the broker under both forms of SCRAM (AlterUserScramCredentials, request 51). */
export async function makeScramUser(link: BrokerLink): Promise<void> {
  // A request names a user once.
  for (const form of Object.values(scram)) {
    const codes = await link.send(scramUser(form), 10_000);
    if (codes.some((code) => code !== 0)) throw new Error(`AlterUserScramCredentials: ${codes.join()}`);
  }
}

function scramUser({ code, hash }: { readonly code: number; readonly hash: string }): ApiRequest<readonly number[]> {
  const salted = pbkdf2Sync(password, salt, iterations, createHash(hash).digest().length, hash);
  return apiRequest({
    key: 51,
    name: "AlterUserScramCredentials",
    version: 0,
    isFlexible: true,
    write: (out) => {
      out.compactLength(0);
      out.compactLength(1);
      out.compactString(user);
      out.i8(code);
      out.i32(iterations);
      for (const bytes of [salt, salted]) {
        out.compactLength(bytes.length);
        out.raw(bytes);
      }
      out.noTags();
      out.noTags();
    },
    read: (source) => {
      source.i32();
      return compactItems(source, 5, () => {
        source.compactString();
        const answered = source.i16();
        source.compactString();
        source.tags();
        return answered;
      });
    },
  });
}

/** A token without a signature (RFC 7515, "alg": "none"), as Kafka's own handler for tests takes it. */
export function unsignedToken(secondsToLive = 3_600): string {
  const now = Math.floor(Date.now() / 1_000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part({ sub: user, iat: now, exp: now + secondsToLive })}.`;
}
