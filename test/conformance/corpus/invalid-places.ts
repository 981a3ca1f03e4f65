/**
 * Where each schema of the corpus that is not legal is refused: every place of it, checked by eye against the file and
 * against the manifest's `problems`. A fault in the JSON ends the reading of its file, so such files have one place.
 */
export const invalidPlaces: { readonly [path: string]: readonly string[] } = {
  "apache__avro/lang/c++/jsonschemas/nested.error": ["12:17 AVRO_UNKNOWN_TYPE"],
  "apache__avro/lang/c++/jsonschemas/verboseint": ["1:42 JSON_SYNTAX"],
  "apache__avro/lang/c/tests/schema_tests/fail/enum_nonarray_symbols": ["3:13 AVRO_ATTRIBUTE"],
  "apache__avro/lang/c/tests/schema_tests/fail/enum_nonstring_name": ["2:10 AVRO_ATTRIBUTE"],
  "apache__avro/lang/c/tests/schema_tests/fail/enum_without_name": ["2:3 JSON_SYNTAX"],
  "apache__avro/lang/c/tests/schema_tests/fail/fixed_without_name": ["1:1 AVRO_MISSING"],
  "apache__avro/lang/c/tests/schema_tests/fail/fixed_without_size": ["1:1 AVRO_MISSING", "2:10 AVRO_NAME"],
  "apache__avro/lang/c/tests/schema_tests/fail/illegal_type": ["1:9 AVRO_UNKNOWN_TYPE"],
  "apache__avro/lang/c/tests/schema_tests/fail/invalid_avro_id": ["1:12 AVRO_NAME"],
  "apache__avro/lang/c/tests/schema_tests/fail/record_with_field_missing_name": ["4:6 AVRO_MISSING"],
  "apache__avro/lang/c/tests/schema_tests/fail/record_with_field_missing_type": ["4:5 AVRO_MISSING"],
  "apache__avro/lang/c/tests/schema_tests/fail/record_with_invalid_reference": ["5:62 AVRO_UNKNOWN_TYPE"],
  "apache__avro/lang/c/tests/schema_tests/fail/record_with_nonarray_fields": ["3:3 JSON_SYNTAX"],
  "apache__avro/lang/c/tests/schema_tests/fail/record_with_nonstring_name": ["1:10 AVRO_ATTRIBUTE"],
  "apache__avro/lang/csharp/src/apache/perf/schema.avsc": ["32:43 JSON_SYNTAX"],
  "apache__hudi-rs/crates/core/schemas/HoodieDeleteRecord.avsc": [
    "36:9 AVRO_UNION",
    "37:9 AVRO_UNION",
    "38:9 AVRO_UNION",
    "39:9 AVRO_UNION",
    "40:9 AVRO_UNION",
    "41:9 AVRO_UNION",
  ],
  "apache__hudi-rs/crates/core/schemas/HoodieDeleteRecordList.avsc": [
    "46:17 AVRO_UNION",
    "47:17 AVRO_UNION",
    "48:17 AVRO_UNION",
    "49:17 AVRO_UNION",
    "50:17 AVRO_UNION",
    "51:17 AVRO_UNION",
  ],
  "fastavro__fastavro/tests/avro-files/ParentMissingChild.avsc": ["7:15 AVRO_UNKNOWN_TYPE"],
  "fastavro__fastavro/tests/repository/flat_dict_test/InvalidJson.avsc": ["1:1 JSON_SYNTAX"],
  "hamba__avro/cmd/avrosv/testdata/bad-default-schema.avsc": ["5:58 AVRO_DEFAULT"],
  "hamba__avro/cmd/avrosv/testdata/bad-schema.avsc": ["1:1 AVRO_MISSING"],
  "hamba__avro/testdata/bad-schema.avsc": ["1:1 AVRO_MISSING"],
  "linkedin__avro-util/avro-builder/builder/src/test/resources/test-projects/classpath-project/input/SchemaWithClasspathImport.avsc":
    ["9:15 AVRO_UNKNOWN_TYPE", "17:20 AVRO_UNKNOWN_TYPE", "25:23 AVRO_UNKNOWN_TYPE"],
  "linkedin__avro-util/avro-codegen/src/test/resources/schemas/DollarSignInDoc.avsc": ["8:15 AVRO_NAME"],
  "linkedin__avro-util/fastserde/avro-fastserde-tests-common/src/test/avro/floatWithDefaultNaN.avsc": [
    "10:18 AVRO_DEFAULT",
  ],
  "linkedin__avro-util/helper/tests/codegen-14/src/main/compat-avro/under14/RecordWithComplexDefaults.avsc": [
    "22:18 AVRO_DEFAULT",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-allavro/src/test/resources/allavro/RecordWithDefaultUnionFieldIncorrectFlatNotation_reader.avsc":
    ["22:15 AVRO_DEFAULT"],
  "linkedin__avro-util/helper/tests/helper-tests-allavro/src/test/resources/allavro/RecordWithDefaultUnionFieldIncorrectObjectNotation_reader.avsc":
    ["22:15 AVRO_DEFAULT"],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/EnumWithInvalidName.avsc": [
    "4:11 AVRO_NAME",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/EnumWithInvalidValue.avsc": [
    "5:20 AVRO_SYMBOL",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/FixedWithInvalidName.avsc": [
    "4:12 AVRO_NAME",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/RecordWithInvalidFieldDefaultValue.avsc": [
    "9:18 AVRO_DEFAULT",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/RecordWithInvalidFieldName.avsc": [
    "7:15 AVRO_NAME",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/RecordWithInvalidName.avsc": [
    "4:11 AVRO_NAME",
  ],
  "linkedin__avro-util/helper/tests/helper-tests-common/src/main/resources/RecordWithInvalidNamespace.avsc": [
    "3:16 AVRO_NAMESPACE",
  ],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestBadEnumDefault.avsc": ["13:20 AVRO_ENUM_DEFAULT"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestEndOfLineCommentRecord.avsc": ["5:48 JSON_SYNTAX"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestInvalidEnumSymbol.avsc": [
    "12:26 AVRO_ATTRIBUTE",
    "12:29 AVRO_ATTRIBUTE",
    "12:36 AVRO_ATTRIBUTE",
  ],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestInvalidFieldRecord.avsc": ["7:5 AVRO_ATTRIBUTE"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestInvalidJsonRecord.avsc": ["10:1 JSON_SYNTAX"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestInvalidReferenceRecord.avsc": ["8:15 AVRO_UNKNOWN_TYPE"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestInvalidTypeRecord.avsc": ["2:11 AVRO_SCHEMA"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestInvalidTypeRecord2.avsc": ["2:11 AVRO_UNKNOWN_TYPE"],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestRecordWithHorribleDefaultValues.avsc": [
    "10:18 AVRO_DEFAULT",
    "15:18 AVRO_DEFAULT",
    "20:18 AVRO_DEFAULT",
    "26:18 AVRO_DEFAULT",
    "31:18 AVRO_DEFAULT",
    "37:18 AVRO_DEFAULT",
    "43:18 AVRO_DEFAULT",
    "48:18 AVRO_DEFAULT",
    "57:20 AVRO_ENUM_DEFAULT",
    "59:18 AVRO_DEFAULT",
    "68:18 AVRO_DEFAULT",
    "76:19 AVRO_DEFAULT",
  ],
  "linkedin__avro-util/parser/src/test/resources/schemas/TestRecordWithInternalNullNamespaceReference.avsc": [
    "23:15 AVRO_UNKNOWN_TYPE",
  ],
  "linkedin__avro-util/parser/src/test/resources/schemas/badDefaultValues/BadRecord.avsc": ["26:18 AVRO_DEFAULT"],
  "linkedin__avro-util/parser/src/test/resources/schemas/badDefaultValues/BadUnion.avsc": ["11:18 AVRO_DEFAULT"],
  "linkedin__venice/clients/venice-client/src/test/resources/TestRecord.avsc": ["88:18 AVRO_DEFAULT"],
  "linkedin__venice/internal/venice-common/src/test/resources/PersonV2.avsc": ["103:18 AVRO_DEFAULT"],
  "linkedin__venice/internal/venice-test-common/src/main/resources/valueSchema/TwoFieldsRecord.avsc": [
    "8:17 AVRO_DEFAULT",
    "12:17 AVRO_DEFAULT",
  ],
  "ovotech__castle/packages/avro-ts/test/avro/NullableWrappedUnion.avsc": ["8:18 AVRO_DEFAULT"],
  "ovotech__castle/packages/avro-ts/test/avro/WeirdName.avsc": ["3:11 AVRO_NAME"],
};

const idl = "apache__avro/lang/java/idl/src/test/idl/output";

/** The same of its protocols, about which the manifest only says what avsc makes of them. */
export const invalidProtocolPlaces: { readonly [path: string]: readonly string[] } = {
  "apache__avro/lang/java/archetypes/avro-service-archetype/src/main/resources/archetype-resources/src/main/avro/order-service.avpr":
    ["2:15 AVRO_NAMESPACE"],
  [`${idl}/simple.avpr`]: ["56:19 AVRO_DEFAULT", "60:19 AVRO_DEFAULT"],
  [`${idl}/unicode.avpr`]: ["6:14 AVRO_NAME", "8:16 AVRO_NAME", "11:16 AVRO_NAME"],
};
