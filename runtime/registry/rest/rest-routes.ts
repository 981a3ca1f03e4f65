/**
 * Confluent's REST interface over a registry: what each method and path answers.
 *
 * Source: Confluent, "Schema Registry API Reference". Left out: contexts other than the default one, metadata and rule
 * sets, data exporters, other schema types than Avro.
 */
import type { ManagedRegistry } from "../logged-registry.js";
import { RegistryRefusal } from "../refusal.js";
import {
  deleteSubject,
  deleteVersion,
  incompatibilities,
  levelFor,
  lookup,
  modeFor,
  register,
  setLevel,
  setMode,
  subjectNotFound,
  versionNotFound,
} from "../registry-rules.js";
import type { RegistryState, Version } from "../registry-state.js";
import {
  flag,
  idOf,
  levelBody,
  modeBody,
  page,
  type RestRequest,
  schemaBody,
  subjectOf,
  subjectPrefix,
  versionOf,
} from "./rest-request.js";

/** A text that is the answer's body as it stands. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export interface RestRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE";
  /** `{key}` stands for one segment. */
  readonly path: string;
  /** Whether it may change something. */
  readonly isWrite: boolean;
  /** The answer as JSON value. @throws RegistryRefusal, RestFault, AffinityError */
  readonly answer: (registry: ManagedRegistry, request: RestRequest) => Promise<unknown>;
}

type Read = (state: RegistryState, request: RestRequest, registry: ManagedRegistry) => unknown;

const get = (path: string, read: Read): RestRoute => reading("GET", path, read);
const post = (path: string, read: Read): RestRoute => reading("POST", path, read);

function reading(method: RestRoute["method"], path: string, read: Read): RestRoute {
  const answer: RestRoute["answer"] = async (registry, request) => read(await registry.state(), request, registry);
  return { method, path, isWrite: false, answer };
}

function writing(method: RestRoute["method"], path: string, answer: RestRoute["answer"]): RestRoute {
  return { method, path, isWrite: true, answer };
}

export const restRoutes: readonly RestRoute[] = [
  get("/", () => ({})),
  get("/contexts", () => ["."]),
  get("/v1/metadata/id", () => ({ scope: { path: [], clusters: { "schema-registry-cluster": "affinity" } } })),

  get("/schemas", allSchemas),
  get("/schemas/types", () => ["AVRO"]),
  get("/schemas/ids/{key}", schemaOfId),
  get("/schemas/ids/{key}/schema", (state, request) => new JsonText(knownContent(state, idIn(request)).schema)),
  get("/schemas/ids/{key}/subjects", (state, request) => {
    const subjects = placesOf(state, request).map(({ subject }) => subject);
    return page(request, [...new Set(subjects)]);
  }),
  get("/schemas/ids/{key}/versions", (state, request) => page(request, placesOf(state, request))),

  get("/subjects", allSubjects),
  get("/subjects/{key}/versions", versionsOf),
  get("/subjects/{key}/versions/{key}", (state, request) =>
    described(state, subjectOf(request), versionIn(state, request)),
  ),
  get(
    "/subjects/{key}/versions/{key}/schema",
    (state, request) => new JsonText(state.registered(subjectOf(request), versionIn(state, request)).schema),
  ),
  get("/subjects/{key}/versions/{key}/referencedby", (state, request) =>
    page(request, state.referrersOf(subjectOf(request), versionIn(state, request).version)),
  ),
  post("/subjects/{key}", lookedUp),
  writing("POST", "/subjects/{key}/versions", registered),
  writing("DELETE", "/subjects/{key}", (registry, request) =>
    registry.change((state) => deleteSubject(state, subjectOf(request), flag(request, "permanent"))),
  ),
  writing("DELETE", "/subjects/{key}/versions/{key}", (registry, request) =>
    registry.change((state) => {
      const version = versionOf(request.segments[1] ?? "");
      const number = version === "latest" ? versionIn(state, request).version : version;
      return deleteVersion(state, subjectOf(request), number, flag(request, "permanent"));
    }),
  ),

  post("/compatibility/subjects/{key}/versions", (state, request, registry) => compatibility(state, request, registry)),
  post("/compatibility/subjects/{key}/versions/{key}", compatibilityWithVersion),

  get("/config", (state, _request, registry) => ({
    compatibilityLevel: levelFor(state, undefined, registry.defaultCompatibility),
  })),
  get("/config/{key}", subjectConfig),
  writing("PUT", "/config", (registry, request) => putLevel(registry, undefined, request)),
  writing("PUT", "/config/{key}", (registry, request) => putLevel(registry, subjectOf(request), request)),
  writing("DELETE", "/config", (registry) => dropLevel(registry, undefined)),
  writing("DELETE", "/config/{key}", (registry, request) => dropLevel(registry, subjectOf(request))),

  get("/mode", (state) => ({ mode: modeFor(state) })),
  get("/mode/{key}", subjectMode),
  writing("PUT", "/mode", (registry, request) => putMode(registry, undefined, request)),
  writing("PUT", "/mode/{key}", (registry, request) => putMode(registry, subjectOf(request), request)),
  writing("DELETE", "/mode/{key}", dropMode),
];

function idIn({ segments }: RestRequest): number {
  return idOf(segments[0] ?? "");
}

/** A schema that a version, be it deleted, has: what no version has any more is gone. */
function knownContent(state: RegistryState, id: number): NonNullable<ReturnType<RegistryState["contentOf"]>> {
  const content = state.contentOf(id);
  if (content === undefined || state.placesOf(id, true).length === 0)
    throw new RegistryRefusal(40403, `Schema ${id} not found`);
  return content;
}

function schemaOfId(state: RegistryState, request: RestRequest): unknown {
  const id = idIn(request);
  const { schema, references } = knownContent(state, id);
  const isWhole = request.query.get("format") === "resolved";
  return {
    schema: isWhole ? state.completeText(id) : schema,
    ...(references.length === 0 || isWhole ? {} : { references }),
    ...(flag(request, "fetchMaxId") ? { maxId: state.nextId - 1 } : {}),
  };
}

function placesOf(state: RegistryState, request: RestRequest): ReturnType<RegistryState["placesOf"]> {
  const id = idIn(request);
  knownContent(state, id);
  const subject = request.query.get("subject");
  return state
    .placesOf(id, flag(request, "deleted"))
    .filter((place) => subject === null || subject === "" || place.subject === subject);
}

function allSubjects(state: RegistryState, request: RestRequest): readonly string[] {
  const isHiddenOnly = flag(request, "deletedOnly");
  const prefix = subjectPrefix(request);
  const found = state
    .subjects(isHiddenOnly || flag(request, "deleted"))
    .filter((subject) => subject.startsWith(prefix))
    .filter((subject) => !isHiddenOnly || state.versions(subject).length === 0);
  return page(request, found);
}

function allSchemas(state: RegistryState, request: RestRequest): readonly unknown[] {
  const isHidden = flag(request, "deleted");
  const found = state.subjects(isHidden).flatMap((subject) => {
    if (!subject.startsWith(subjectPrefix(request))) return [];
    const versions = state.versions(subject, isHidden);
    const wanted = flag(request, "latestOnly") ? versions.slice(-1) : versions;
    return wanted.map((version) => described(state, subject, version));
  });
  return page(request, found);
}

function versionsOf(state: RegistryState, request: RestRequest): readonly number[] {
  const subject = subjectOf(request);
  const isHiddenOnly = flag(request, "deletedOnly");
  const found = state.versions(subject, isHiddenOnly || flag(request, "deleted"));
  if (found.length === 0) throw subjectNotFound(subject);
  return page(
    request,
    found.filter(({ isDeleted }) => !isHiddenOnly || isDeleted).map(({ version }) => version),
  );
}

/** The version that a path names. @throws 40401, 40402, 42202 */
function versionIn(state: RegistryState, request: RestRequest): Version {
  const subject = subjectOf(request);
  const wanted = versionOf(request.segments[1] ?? "");
  const isHidden = flag(request, "deleted");
  const versions = state.versions(subject, isHidden);
  if (versions.length === 0) throw subjectNotFound(subject);
  const found = wanted === "latest" ? versions.at(-1) : versions.find(({ version }) => version === wanted);
  if (found === undefined) throw versionNotFound(subject, wanted);
  return found;
}

function described(state: RegistryState, subject: string, version: Version): unknown {
  const { id, schema, references } = state.registered(subject, version);
  return {
    subject,
    version: version.version,
    id,
    ...(references === undefined ? {} : { references }),
    schema,
    ...(version.isDeleted ? { deleted: true } : {}),
  };
}

function lookedUp(state: RegistryState, request: RestRequest): unknown {
  const subject = subjectOf(request);
  const isHidden = flag(request, "deleted");
  const body = schemaBody(request);
  if (state.versions(subject, isHidden).length === 0) throw subjectNotFound(subject);
  const found = lookup(state, subject, body, isHidden);
  if (found === undefined) throw new RegistryRefusal(40403, "Schema not found");
  return described(state, subject, found);
}

async function registered(registry: ManagedRegistry, request: RestRequest): Promise<unknown> {
  const registration = { ...schemaBody(request), subject: subjectOf(request) };
  const fallback = registry.defaultCompatibility;
  const { id, version, schema, references } = await registry.change((state) => register(state, registration, fallback));
  return { id, version, ...(references === undefined ? {} : { references }), schema };
}

function compatibility(
  state: RegistryState,
  request: RestRequest,
  registry: ManagedRegistry,
  version?: number,
): unknown {
  const options = { fallback: registry.defaultCompatibility, ...(version === undefined ? {} : { version }) };
  const reasons = incompatibilities(state, subjectOf(request), schemaBody(request), options);
  return { is_compatible: reasons.length === 0, ...(flag(request, "verbose") ? { messages: reasons } : {}) };
}

function compatibilityWithVersion(state: RegistryState, request: RestRequest, registry: ManagedRegistry): unknown {
  const wanted = versionOf(request.segments[1] ?? "");
  // A schema that would be the first is compatible with the last.
  if (wanted === "latest" && state.versions(subjectOf(request)).length === 0)
    return compatibility(state, request, registry);
  return compatibility(state, request, registry, versionIn(state, request).version);
}

function subjectConfig(state: RegistryState, request: RestRequest, registry: ManagedRegistry): unknown {
  const subject = subjectOf(request);
  const own = state.levelOf(subject);
  if (own !== undefined) return { compatibilityLevel: own };
  if (flag(request, "defaultToGlobal"))
    return { compatibilityLevel: levelFor(state, undefined, registry.defaultCompatibility) };
  throw new RegistryRefusal(40408, `Subject '${subject}' does not have subject-level compatibility configured`);
}

async function putLevel(
  registry: ManagedRegistry,
  subject: string | undefined,
  request: RestRequest,
): Promise<unknown> {
  const level = levelBody(request);
  await registry.change((state) => setLevel(state, subject, level));
  return { compatibility: level };
}

async function dropLevel(registry: ManagedRegistry, subject: string | undefined): Promise<unknown> {
  return registry.change((state) => {
    const own = state.levelOf(subject);
    if (own === undefined && subject !== undefined)
      throw new RegistryRefusal(40408, `Subject '${subject}' does not have subject-level compatibility configured`);
    const { events } = setLevel(state, subject, undefined);
    return { events, answer: { compatibilityLevel: own ?? registry.defaultCompatibility } };
  });
}

function subjectMode(state: RegistryState, request: RestRequest): unknown {
  const subject = subjectOf(request);
  const own = state.modeOf(subject);
  if (own !== undefined) return { mode: own };
  if (flag(request, "defaultToGlobal")) return { mode: modeFor(state) };
  throw noMode(subject);
}

async function putMode(registry: ManagedRegistry, subject: string | undefined, request: RestRequest): Promise<unknown> {
  const mode = modeBody(request);
  await registry.change((state) => setMode(state, subject, mode, flag(request, "force")));
  return { mode };
}

async function dropMode(registry: ManagedRegistry, request: RestRequest): Promise<unknown> {
  const subject = subjectOf(request);
  return registry.change((state) => {
    const own = state.modeOf(subject);
    if (own === undefined) throw noMode(subject);
    const { events } = setMode(state, subject, undefined, true);
    return { events, answer: { mode: own } };
  });
}

function noMode(subject: string): RegistryRefusal {
  return new RegistryRefusal(40409, `Subject '${subject}' does not have subject-level mode configured`);
}
