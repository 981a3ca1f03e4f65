/**
 * Days, times and timestamps between numbers and ISO 8601 text, exact over all 64 bits: years outside 0000 to 9999 take a
 * sign and six digits or more, as in ECMAScript and Java. The proleptic Gregorian calendar, without leap seconds.
 */

/** The calendar repeats itself after 400 years, of which `Date` counts one such era from 1970. */
const daysOfEra = 146_097;
const msOfDay = 86_400_000;

/** Days from 1970-01-01 as text: `2024-02-29`. */
export function dayText(days: number): string {
  const era = Math.floor(days / daysOfEra);
  const text = new Date((days - era * daysOfEra) * msOfDay).toISOString();
  const year = Number(text.slice(0, 4)) + era * 400;
  const sign = year < 0 ? "-" : year > 9999 ? "+" : "";
  return sign + padded(Math.abs(year), sign === "" ? 4 : 6) + text.slice(4, 10);
}

const dayPattern = /^(\d{4}|[+-]\d{6,9})-(\d\d)-(\d\d)$/;

/** Days from 1970-01-01 of a text, or undefined for what is no day or not written as `dayText` does. */
export function daysOf(text: string): number | undefined {
  const [, years, month, day] = dayPattern.exec(text) ?? [];
  const era = Math.floor(Number(years) / 400);
  // In the years from 2000, five eras after 0, since Date.UTC takes the first hundred years for others.
  const inEra = Date.UTC(2000 + Number(years) - era * 400, Number(month) - 1, Number(day)) / msOfDay;
  const days = inEra + (era - 5) * daysOfEra;
  // A day that does not exist, 02-30, comes back as another.
  return years !== undefined && dayText(days) === text ? days : undefined;
}

/** Units of a day with `digits` after the second: 3 for milliseconds. */
function unitsOfDay(digits: number): bigint {
  return 86_400n * 10n ** BigInt(digits);
}

/** A time of day: `12:34:56.789`. Undefined outside of a day. */
export function timeText(units: bigint, digits: number): string | undefined {
  if (units < 0n || units >= unitsOfDay(digits)) return undefined;
  const scale = 10n ** BigInt(digits);
  const seconds = new Date(Number(units / scale) * 1000).toISOString().slice(11, 20);
  return seconds + padded(Number(units % scale), digits);
}

const timePattern = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d+))?$/;

/** Units of a time of day, or undefined; the fraction may have fewer digits than the unit, and none but zeros beyond. */
export function timeOf(text: string, digits: number): bigint | undefined {
  const [, hours, minutes, seconds, fraction = ""] = timePattern.exec(text) ?? [];
  if (hours === undefined || /[1-9]/.test(fraction.slice(digits))) return undefined;
  const whole = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return BigInt(whole + fraction.slice(0, digits).padEnd(digits, "0"));
}

/** A timestamp: `2024-02-29T12:34:56.789`, without zone. */
export function timestampText(units: bigint, digits: number): string {
  const ofDay = unitsOfDay(digits);
  const rest = ((units % ofDay) + ofDay) % ofDay;
  return `${dayText(Number((units - rest) / ofDay))}T${timeText(rest, digits)}`;
}

/** Units from 1970 of a timestamp without zone, or undefined. May be beyond 64 bits. */
export function timestampOf(text: string, digits: number): bigint | undefined {
  const [day = "", time = "", ...more] = text.split("T");
  const days = daysOf(day);
  const units = timeOf(time, digits);
  return days === undefined || units === undefined || more.length > 0
    ? undefined
    : BigInt(days) * unitsOfDay(digits) + units;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
