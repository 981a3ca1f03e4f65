/**
 * Days, times and timestamps between numbers and ISO 8601 text, exact over all 64 bits: years outside 0000 to 9999 take a
 * sign and six digits or more, as in ECMAScript and Java. The proleptic Gregorian calendar, without leap seconds.
 */

/** Days from 1970-01-01 as text: `2024-02-29`. */
export function dayText(days: number): string {
  // Counted from 0000-03-01, so that a leap day ends its year; 146,097 days are 400 years.
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const yearText = year < 0 || year > 9999 ? (year < 0 ? "-" : "+") + padded(Math.abs(year), 6) : padded(year, 4);
  return `${yearText}-${padded(month, 2)}-${padded(day, 2)}`;
}

const dayPattern = /^(\d{4}|[+-]\d{6,9})-(\d\d)-(\d\d)$/;

/** Days from 1970-01-01 of a text, or undefined for what is no day or not written as `dayText` does. */
export function daysOf(text: string): number | undefined {
  const [, years, months, days] = dayPattern.exec(text) ?? [];
  const [year, month, day] = [Number(years), Number(months), Number(days)];
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  const count = era * 146_097 + dayOfEra - 719_468;
  // A day that does not exist, 02-30, comes back as another.
  return years !== undefined && dayText(count) === text ? count : undefined;
}

/** Units of a day with `digits` after the second: 3 for milliseconds. */
function unitsOfDay(digits: number): bigint {
  return 86_400n * 10n ** BigInt(digits);
}

/** A time of day: `12:34:56.789`. Undefined outside of a day. */
export function timeText(units: bigint, digits: number): string | undefined {
  if (units < 0n || units >= unitsOfDay(digits)) return undefined;
  const scale = 10n ** BigInt(digits);
  const seconds = Number(units / scale);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return `${padded(hours, 2)}:${padded(minutes, 2)}:${padded(seconds % 60, 2)}.${padded(Number(units % scale), digits)}`;
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
  const split = text.indexOf("T");
  const days = daysOf(text.slice(0, Math.max(split, 0)));
  const time = timeOf(text.slice(split + 1), digits);
  return days === undefined || time === undefined ? undefined : BigInt(days) * unitsOfDay(digits) + time;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, "0");
}
