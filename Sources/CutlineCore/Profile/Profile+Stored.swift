// Batches keep their profile for as long as their queue lives: what an older version did not write has its default.

extension Profile {
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        self.init(name: try stored.decode(String.self, forKey: .name))
        baseURL = try stored.decodeIfPresent(String.self, forKey: .baseURL)
        baseURLExample = try stored.decodeIfPresent(String.self, forKey: .baseURLExample)
        let onlyPath = try decoder.container(keyedBy: OldKeys.self).decodeIfPresent(String.self, forKey: .chatPath)
        chatPaths = try stored.value(.chatPaths, or: onlyPath.map { [$0] } ?? chatPaths)
        apiKeyEnv = try stored.decodeIfPresent(String.self, forKey: .apiKeyEnv)
        auth = try stored.value(.auth, or: auth)
        headers = try stored.value(.headers, or: headers)
        forbiddenHeaders = try stored.value(.forbiddenHeaders, or: forbiddenHeaders)
        requestFields = try stored.value(.requestFields, or: requestFields)
        parameterPlaces = try stored.value(.parameterPlaces, or: parameterPlaces)
        streams = try stored.value(.streams, or: streams)
        limits = try stored.value(.limits, or: limits)
        limitsPerModel = try stored.value(.limitsPerModel, or: limitsPerModel)
        freePlan = try stored.decodeIfPresent(FreePlan.self, forKey: .freePlan)
        images = try stored.value(.images, or: images)
        models = try stored.decodeIfPresent(ModelListRules.self, forKey: .models)
        tierMember = try stored.decodeIfPresent(String.self, forKey: .tierMember)
        flexPriceFactor = try stored.decodeIfPresent(PriceFactor.self, forKey: .flexPriceFactor)
        prices = try stored.decodeIfPresent([String: Price].self, forKey: .prices)
        listedPrices = try stored.decodeIfPresent([String: Price].self, forKey: .listedPrices)
        note = try stored.decodeIfPresent(String.self, forKey: .note)
        proxy = try stored.decodeIfPresent(String.self, forKey: .proxy)
        caFile = try stored.decodeIfPresent(String.self, forKey: .caFile)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, baseURL, baseURLExample, chatPaths, apiKeyEnv, auth, headers, forbiddenHeaders, requestFields, parameterPlaces
        case streams, limits, limitsPerModel, freePlan, images, models, tierMember, flexPriceFactor, prices, listedPrices, note
        case proxy, caFile
    }

    /// 0.1.0 knew one path.
    private enum OldKeys: String, CodingKey { case chatPath }
}

extension ImageRules {
    package init(from decoder: any Decoder) throws {
        let stored = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            accepts: try stored.decodeIfPresent([PictureFormat].self, forKey: .accepts),
            maxBytes: try stored.decodeIfPresent(Int.self, forKey: .maxBytes),
            maxSide: try stored.decodeIfPresent(Int.self, forKey: .maxSide),
            maxPixels: try stored.decodeIfPresent(Int.self, forKey: .maxPixels),
            maxCount: try stored.decodeIfPresent(Int.self, forKey: .maxCount),
            maxRequestBytes: try stored.decodeIfPresent(Int.self, forKey: .maxRequestBytes),
            order: try stored.value(.order, or: .textFirst),
            transport: try stored.value(.transport, or: .auto),
            prepare: try stored.decodeIfPresent(PrepareMode.self, forKey: .prepare),
            longestEdge: try stored.decodeIfPresent(Int.self, forKey: .longestEdge))
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case accepts, maxBytes, maxSide, maxPixels, maxCount, maxRequestBytes, order, transport, prepare, longestEdge
    }
}

extension KeyedDecodingContainer {
    fileprivate func value<Value: Decodable>(_ key: Key, or standard: Value) throws -> Value {
        try decodeIfPresent(Value.self, forKey: key) ?? standard
    }
}
