/// One step of the queue file's schema. Steps are numbered from 1 without gaps; `user_version` is the last one applied.
package struct Migration: Sendable {
    package let number: Int
    /// The file in this folder that it comes from.
    package let file: String
    package let sql: String
}

extension Migration {
    /// All steps, in order. A test compares this list with the folder.
    package static let all = [
        Migration(number: 1, file: "0001-queue.sql", sql: String(decoding: PackageResources._001_queue_sql, as: UTF8.self)),
        Migration(number: 2, file: "0002-answers.sql", sql: String(decoding: PackageResources._002_answers_sql, as: UTF8.self)),
        Migration(number: 3, file: "0003-money.sql", sql: String(decoding: PackageResources._003_money_sql, as: UTF8.self)),
        Migration(number: 4, file: "0004-flags.sql", sql: String(decoding: PackageResources._004_flags_sql, as: UTF8.self)),
        Migration(number: 5, file: "0005-readings.sql", sql: String(decoding: PackageResources._005_readings_sql, as: UTF8.self)),
        Migration(number: 6, file: "0006-reuse.sql", sql: String(decoding: PackageResources._006_reuse_sql, as: UTF8.self)),
        Migration(number: 7, file: "0007-routes.sql", sql: String(decoding: PackageResources._007_routes_sql, as: UTF8.self)),
        Migration(number: 8, file: "0008-duds.sql", sql: String(decoding: PackageResources._008_duds_sql, as: UTF8.self)),
        Migration(number: 9, file: "0009-meters.sql", sql: String(decoding: PackageResources._009_meters_sql, as: UTF8.self)),
    ]
}
