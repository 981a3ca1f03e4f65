/** The settings of a changelog in Kafka: the rules between them, and what the node is given. */
import { resolve } from "node:path";
import type { Invalid, Values } from "./checks.js";
import type { KafkaConfig, KafkaSasl } from "./resolved.js";
import { settings } from "./settings.js";

export function kafkaOf(root: string, values: Values): KafkaConfig {
  const path = (name: string, written: string): object => (written === "" ? {} : { [name]: resolve(root, written) });
  const ssl = {
    ...path("ca", values.get(settings.changelogSslCa)),
    ...path("cert", values.get(settings.changelogSslCert)),
    ...path("key", values.get(settings.changelogSslKey)),
  };
  return {
    type: "kafka",
    brokers: values.get(settings.changelogBrokers),
    clientId: values.get(settings.changelogClientId),
    replication: values.get(settings.changelogReplication),
    minInsyncReplicas: values.get(settings.changelogMinInsyncReplicas),
    requestTimeoutMs: values.get(settings.changelogRequestTimeoutMs),
    compression: values.get(settings.changelogCompression),
    ...(values.get(settings.changelogSslEnabled) ? { ssl } : {}),
    sasl: saslOf(root, values),
  };
}

function saslOf(root: string, values: Values): KafkaSasl {
  const mechanism = values.get(settings.changelogSaslMechanism);
  switch (mechanism) {
    case "none":
      return { mechanism };
    case "oauthbearer":
      return { mechanism, tokenFile: resolve(root, values.get(settings.changelogSaslTokenFile)) };
    default:
      return {
        mechanism,
        username: values.get(settings.changelogSaslUsername),
        password: values.get(settings.changelogSaslPassword),
      };
  }
}

const outside = [
  settings.changelogSslEnabled,
  settings.changelogSslCa,
  settings.changelogSslCert,
  settings.changelogSslKey,
  settings.changelogSaslMechanism,
  settings.changelogSaslUsername,
  settings.changelogSaslPassword,
  settings.changelogSaslTokenFile,
];

export function checkKafka(values: Values, invalid: Invalid): void {
  const type = values.get(settings.changelogType);
  if (type !== "kafka") {
    for (const { path } of outside)
      invalid(
        path,
        `${path}: does nothing with changelog.type ${JSON.stringify(type)}; it belongs to kafka`,
        "Leave it out.",
      );
    return;
  }
  const replication = values.get(settings.changelogReplication);
  const least = values.get(settings.changelogMinInsyncReplicas);
  if (least > replication)
    for (const path of ["changelog.minInsyncReplicas", "changelog.replication"])
      invalid(
        path,
        `changelog.minInsyncReplicas: ${least} copies cannot have a write when there are ${replication}; at most ${replication} would be right`,
        `Write "minInsyncReplicas": ${Math.max(1, replication - 1)}.`,
      );
  checkSasl(values, invalid);
  const hasPair = (values.get(settings.changelogSslCert) === "") === (values.get(settings.changelogSslKey) === "");
  if (!hasPair)
    for (const path of ["changelog.ssl.cert", "changelog.ssl.key"])
      invalid(
        path,
        "changelog.ssl: a certificate of the node's own needs its key, and a key its certificate",
        'Write "cert" and "key".',
      );
}

function checkSasl(values: Values, invalid: Invalid): void {
  const mechanism = values.get(settings.changelogSaslMechanism);
  const at = "changelog.sasl.mechanism";
  if (mechanism === "none") return;
  if (mechanism === "oauthbearer") {
    if (values.get(settings.changelogSaslTokenFile) === "")
      invalid(
        at,
        "changelog.sasl: oauthbearer needs a token",
        'Write "tokenFile": "/run/secrets/kafka-token" beside it.',
      );
    return;
  }
  if (values.get(settings.changelogSaslUsername) === "")
    invalid(at, `changelog.sasl: ${mechanism} needs a user`, 'Write "username" and "password" beside it.');
}
