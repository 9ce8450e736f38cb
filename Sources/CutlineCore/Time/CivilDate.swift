/// A day of the proleptic Gregorian calendar. Exports print millions of dates, so it is plain arithmetic.
///
/// Years begin in March here, so that the leap day is the last one; 146,097 days are 400 years, 719,468 days lie between 0000-03-01 and
/// 1970-01-01.
package struct CivilDate: Hashable, Sendable {
    package let year: Int64
    /// Counted from 1, as is the day.
    package let month: Int64
    package let day: Int64

    init(daysSince1970: Int64) {
        let (era, day) = (daysSince1970 + 719_468).floored(by: 146_097)
        let yearOfEra = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365
        let dayOfYear = day - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        self.day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Nil for a day that is not in the calendar, and outside of the years 0 to 9999.
    package init?(year: Int64, month: Int64, day: Int64) {
        guard (0...9_999).contains(year), (1...12).contains(month), (1...31).contains(day) else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
        // The 31st of a shorter month is the first of the next one.
        guard CivilDate(daysSince1970: daysSince1970) == self else { return nil }
    }

    package var daysSince1970: Int64 {
        let (year, month) = month > 2 ? (year, month - 3) : (year - 1, month + 9)
        let (era, yearOfEra) = year.floored(by: 400)
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + (153 * month + 2) / 5 + day - 1 - 719_468
    }
}
