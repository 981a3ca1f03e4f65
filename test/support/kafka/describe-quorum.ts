import { type ApiRequest, apiRequest, compactItems } from "../../../runtime/changelog/kafka/api/request.js";

/** DescribeQuorum: who leads the brokers' own log. */
export function describeQuorum(): ApiRequest<number> {
  return apiRequest({
    key: 55,
    name: "DescribeQuorum",
    version: 0,
    isFlexible: true,
    write: (out) => {
      out.compactLength(1);
      out.compactString("__cluster_metadata");
      out.compactLength(1);
      out.i32(0);
      out.noTags();
      out.noTags();
      out.noTags();
    },
    read: (source) => {
      const code = source.i16();
      const leaders = compactItems(source, 2, () => {
        source.compactString();
        const [first] = compactItems(source, 1, () => {
          source.skip(4 + 2);
          const leader = source.i32();
          source.skip(4 + 8);
          for (let lists = 2; lists > 0; lists -= 1)
            compactItems(source, 13, () => {
              source.skip(4 + 8);
              source.tags();
            });
          source.tags();
          return leader;
        });
        source.tags();
        return first;
      });
      const [leader] = leaders;
      if (code !== 0 || leader === undefined) throw new Error(`DescribeQuorum: error ${code}`);
      return leader;
    },
  });
}
