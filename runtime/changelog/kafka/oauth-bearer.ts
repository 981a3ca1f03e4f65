/**
 * Proves who we are by a token (RFC 7628). kafkajs does not read the answer of the broker, which refuses a token in an answer
 * without an error code: it takes the refusal for consent, and what is asked next comes back empty.
 */
// Node finds only some of the names that this CommonJS package exports.
import kafkajs, { type Mechanism } from "kafkajs";
import { messageOf } from "../../core/errors.js";

/** Stands between the parts of a message; alone, it is how a client takes note of a refusal. */
const separator = "\u0001";
/** kafkajs gives and takes the bytes of a mechanism behind their length. */
const lengthBytes = 4;

/** @param token Asked at each connection; what it throws is thrown as it is. */
export function oauthBearer(token: () => Promise<string>): Mechanism {
  return {
    mechanism: "oauthbearer",
    authenticationProvider: ({ saslAuthenticate }) => {
      const exchange = async (text: string): Promise<string> => {
        const request = { encode: () => withLength(text) };
        const response = {
          decode: (answer: Buffer) => answer.subarray(lengthBytes),
          parse: (answer: Buffer) => answer.toString(),
        };
        return (await saslAuthenticate({ request, response })) ?? "";
      };
      return {
        authenticate: async () => {
          const value = await token();
          const refusal = await refusalOf(exchange, value);
          if (refusal === undefined) return;
          // A broker may repeat what it was sent.
          const shown = value === "" ? refusal : refusal.replaceAll(value, "(the token)");
          throw new kafkajs.KafkaJSNonRetriableError(`SASL OAUTHBEARER authentication failed: ${shown}`);
        },
      };
    },
  };
}

/** Why the broker does not let us in; undefined when it does. */
async function refusalOf(exchange: (text: string) => Promise<string>, token: string): Promise<string | undefined> {
  try {
    const refusal = await exchange(`n,,${separator}auth=Bearer ${token}${separator}${separator}`);
    if (refusal === "") return undefined;
    // The broker fails the connection, and logs why, when it is told that the refusal has come.
    await exchange(separator);
    return refusal;
  } catch (error) {
    return messageOf(error);
  }
}

function withLength(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length = Buffer.alloc(lengthBytes);
  length.writeInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}
