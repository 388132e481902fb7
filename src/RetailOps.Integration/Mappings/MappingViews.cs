namespace RetailOps.Integration;

/// <summary>Mappings as people see them.</summary>
internal static class MappingViews
{
    public static string KeyOf(string kind, string code) => $"{kind}/{code}";

    public static MappingView Of(string kind, string code, IReadOnlyDictionary<(string Kind, string Code), string> mapped, IReadOnlyDictionary<(string Kind, string Code), TrytonRecord> known)
    {
        var usual = TrytonKinds.UsualOf(kind, code);
        var said = mapped.GetValueOrDefault((kind, code));
        // A tax's word is a rate: without a mapping it is whichever tax has it, if one has.
        var rated = kind is TrytonKinds.Tax && (said ?? usual) == code ? known.Values.Where(r => r is { Kind: TrytonKinds.Tax, Facts.Rate: { } rate } && TrytonKinds.Percent(rate) == code).ToList() : null;
        var record = rated is null ? known.GetValueOrDefault((kind, said ?? usual)) : rated is [var only] ? only : null;
        var target = record?.Code ?? said ?? usual;
        var isMade = kind is TrytonKinds.Party or TrytonKinds.Product;
        var gap = record is not null || isMade ? null
            : rated is { Count: > 1 } ? $"Several taxes have the rate {code} %: {string.Join(", ", rated.Select(r => r.Code))}. Say which is meant."
            : $"There is no {kind} \"{target}\" in the ERP, or more than one: mend that there and read its records anew, or say what else is meant.";
        return new(KeyOf(kind, code), kind, code, target, said is not null && said != usual, record?.Id, record?.Name, gap);
    }
}
