/** What is used of kafkajs 2.2.4 beyond its public types; the version is pinned exactly. */
declare module "kafkajs/src/network/connection.js" {
  import type { ConnectionOptions } from "node:tls";
  import type { ISocketFactory, Mechanism, SASLOptions } from "kafkajs";

  interface InternalLogger {
    namespace(name: string): InternalLogger;
    info(message: string, extra?: object): void;
    error(message: string, extra?: object): void;
    warn(message: string, extra?: object): void;
    debug(message: string, extra?: object): void;
  }

  interface InternalRequest {
    readonly apiKey: number;
    readonly apiName: string;
    readonly apiVersion: number;
    /** What kafkajs takes for an encoder of its own. */
    encode(): Promise<{ readonly buf: Buffer; readonly buffer: Buffer }>;
  }

  class Connection {
    constructor(options: {
      readonly host: string;
      readonly port: number;
      readonly logger: InternalLogger;
      readonly socketFactory: ISocketFactory;
      readonly requestTimeout: number;
      readonly enforceRequestTimeout: boolean;
      readonly connectionTimeout: number;
      readonly clientId: string;
      readonly ssl: ConnectionOptions | null;
      readonly sasl: SASLOptions | Mechanism | null;
    });
    connect(): Promise<unknown>;
    authenticate(): Promise<void>;
    isConnected(): boolean;
    setVersions(versions: {
      readonly [key: number]: { readonly minVersion: number; readonly maxVersion: number };
    }): void;
    setSupportAuthenticationProtocol(isSupported: boolean): void;
    send(protocol: {
      readonly request: InternalRequest;
      readonly response: { decode(payload: Buffer): Promise<Buffer>; parse(payload: Buffer): Promise<Buffer> };
      readonly logResponseError: boolean;
    }): Promise<Buffer>;
    rejectRequests(error: Error): void;
    disconnect(): Promise<unknown>;
  }

  export default Connection;
}
