/** The topics of an embedded changelog that no node uses at the moment. */
import { openSqliteChangelog, type SqliteChangelogOptions } from "./sqlite-changelog.js";
import { offsetOfTime, type TopicReader } from "./topic-reader.js";

/** @throws as `openSqliteChangelog`. */
export async function openSqliteTopicReader(options: Omit<SqliteChangelogOptions, "compactMs">): Promise<TopicReader> {
  const changelog = await openSqliteChangelog({ ...options, compactMs: null });
  return {
    topics: () => changelog.topics(),
    read: (request) => changelog.read(request),
    grown: (request) => changelog.grown(request),
    offsetAt: (topic, partition, time) =>
      offsetOfTime((fromOffset) => changelog.read({ topic, partition, fromOffset, maxBytes: 1 }), time),
    close: () => changelog.close(),
  };
}
