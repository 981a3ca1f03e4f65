/** What the generator is told: the `generate` section of affinity.json, with every default put in. */

export interface GenerateOptions {
  /** The project's `name`. */
  readonly projectName: string;
  /** The project's folder, absolute. All other paths are relative to it. */
  readonly root: string;
  /** Folders or files with `.avsc`, `.avpr` and `.avdl`. */
  readonly schemas: readonly string[];
  /** Folders or files with definitions, `.json`. */
  readonly definitions: readonly string[];
  /** Folder of the output. */
  readonly output: string;
  /** Folder of the user's handlers. */
  readonly handlers: string;
  /** `bank.Account=AccountRecord`: TypeScript names of types whose schemas cannot say it. Default none. */
  readonly typeNames?: readonly string[];
  readonly longs: "bigint" | "number";
  readonly timestamps: "date" | "bigint";
  /** Ending of imports between generated files. */
  readonly importEnding: ".js" | ".ts" | "";
}
