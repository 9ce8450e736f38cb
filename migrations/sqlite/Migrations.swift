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
        Migration(number: 2, file: "0002-prepared.sql", sql: String(decoding: PackageResources._002_prepared_sql, as: UTF8.self)),
    ]
}
