/** Cures for what people write in JSON that other languages allow. */

/** What people who write such a word should write. */
export function cureOf(word: string): string | undefined {
  if (/^['`\u2018\u2019\u201c\u201d]/.test(word)) return 'JSON texts stand in straight double quotes, "like this".';
  if (/^[+-]?(?:NaN|Infinity|inf)/i.test(word)) return "JSON has neither NaN nor infinities.";
  if (/^(?:true|false|null|none|undefined)$/i.test(word)) return "JSON's words are true, false and null.";
  if (/^[+-]?(?:\.?\d|0x)/i.test(word))
    return "JSON's numbers are like -12, 0.5 and 1e9: no plus sign in front, no leading zeros, a digit on each side of the point.";
  return /^[A-Za-z_$]/.test(word) ? "JSON texts and names stand in double quotes." : undefined;
}
