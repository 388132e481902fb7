using System.Globalization;
using System.Text;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>One instance as lists show it; nothing of its state document.</summary>
internal sealed record InstanceLine(
    Guid Id, string DefinitionId, string DefinitionVersionId, int Version, string Status, string SubStatus, string? CorrelationId, string? Name, int IncidentCount,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? FinishedAt, bool? IsDry);

/// <summary>One condition on a moment of an instance, as the designer sends it.</summary>
internal sealed record TimestampFilter(string? Column, string? Operator, DateTimeOffset? Timestamp);

/// <summary>What the designer may ask a list of instances for. Members that are null or empty ask for nothing.</summary>
internal sealed record InstanceFilter
{
    public int? Page { get; init; }

    public int? PageSize { get; init; }

    public string? SearchTerm { get; init; }

    public string? DefinitionId { get; init; }

    public IReadOnlyList<string>? DefinitionIds { get; init; }

    public string? CorrelationId { get; init; }

    public int? Version { get; init; }

    public bool? HasIncidents { get; init; }

    public bool? IsSystem { get; init; }

    public string? Status { get; init; }

    public IReadOnlyList<string>? Statuses { get; init; }

    public string? SubStatus { get; init; }

    public IReadOnlyList<string>? SubStatuses { get; init; }

    public string? OrderBy { get; init; }

    public string? OrderDirection { get; init; }

    public IReadOnlyList<TimestampFilter>? TimestampFilters { get; init; }

    public IReadOnlyList<string>? Ids { get; init; }
}

/// <summary>A page of instances.</summary>
/// <param name="Total">Exact up to <see cref="InstanceList.MostCounted"/>, which stands for more.</param>
internal sealed record InstancePage(IReadOnlyList<InstanceLine> Items, long Total);

/// <summary>Lists instances, newest first unless asked otherwise.</summary>
[Needs("workflows.read"), AsksDatabase]
internal sealed record FindInstances(InstanceFilter Filter) : IRequest<Result<InstancePage>>;

internal sealed class FindInstancesHandler(UnitOfWork work) : IRequestHandler<FindInstances, Result<InstancePage>>
{
    public async Task<Result<InstancePage>> Handle(FindInstances request, CancellationToken ct) => await InstanceList.Read(await work.Connection(ct), request.Filter, ct);
}

internal static class InstanceList
{
    /// <summary>Nobody turns more pages than this, and counting on would read the whole table.</summary>
    public const int MostCounted = 100_000;

    public const int MostOnPage = 500;

    /// <summary>Of a row that an older release wrote last, as far as its other columns say it.</summary>
    public const string SubStatusSql = "coalesce(i.sub_status, case when i.finished is null then 2 else 4 end)";

    /// <summary>Open ones; of an instance that a failure has ended, all.</summary>
    private const string IncidentsSql = "(select count(*) from workflows.incidents c where c.instance_id = i.id and (c.status < 2 or i.sub_status = 6))";

    private const string Columns =
        $"""
        i.id, i.definition_id, i.version_id, coalesce(d.version, 0), i.status, {SubStatusSql}, nullif(i.key, i.id::text), i.name, {IncidentsSql}, i.created, i.updated, i.finished, i.dry is not null
        """;

    private const string From = "from workflows.instances i left join workflows.definitions d on d.version_id = i.version_id";

    public static async Task<InstancePage> Read(NpgsqlConnection connection, InstanceFilter filter, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        if (Where(filter, command.Parameters) is not { } where)
        {
            return new([], 0);
        }

        var size = Math.Clamp(filter.PageSize ?? 50, 1, MostOnPage);
        var skip = (long)Math.Max(0, filter.Page ?? 0) * size;
        command.CommandText = $"select count(*) from (select 1 {From} where {where} limit {MostCounted}) n";
        var total = (long)(await command.ExecuteScalarAsync(ct))!;
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"select {Columns} {From} where {where} order by {Order(filter)} limit {size} offset {skip}");
        var items = new List<InstanceLine>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            items.Add(Line(reader));
        }

        return new(items, total);
    }

    /// <summary>Those behind a given one, newest first, uncounted.</summary>
    public static async Task<List<InstanceLine>> Behind(NpgsqlConnection connection, InstanceFilter filter, Guid? after, int limit, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        var where = Where(filter, command.Parameters) ?? "false";
        if (after is { } id)
        {
            command.Parameters.Add(new() { Value = id });
            where += string.Create(CultureInfo.InvariantCulture, $" and i.id < ${command.Parameters.Count}");
        }

        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"select {Columns} {From} where {where} order by i.id desc limit {limit}");
        var lines = new List<InstanceLine>();
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            lines.Add(Line(reader));
        }

        return lines;
    }

    /// <summary>One instance's line; null when there is none.</summary>
    public static async Task<InstanceLine?> One(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select {Columns} {From} where i.id = $1", connection) { Parameters = { new() { Value = id } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? Line(reader) : null;
    }

    /// <summary>Null when nothing can meet it.</summary>
    private static string? Where(InstanceFilter filter, NpgsqlParameterCollection parameters)
    {
        if (filter.IsSystem == true)
        {
            return null;
        }

        var where = new StringBuilder("true");
        void And(string condition, object value)
        {
            parameters.Add(new() { Value = value });
            where.Append(" and ").Append(condition.Replace("$", string.Create(CultureInfo.InvariantCulture, $"${parameters.Count}"), StringComparison.Ordinal));
        }

        var definitions = Words(filter.DefinitionId, filter.DefinitionIds);
        if (definitions.Length > 0)
        {
            And("i.definition_id = any($)", definitions);
        }

        if (filter.Ids is { Count: > 0 } ids)
        {
            And("i.id = any($)", ids.Select(i => Guid.TryParse(i, out var id) ? id : Guid.Empty).ToArray());
        }

        if (!string.IsNullOrEmpty(filter.CorrelationId))
        {
            And("i.key = $", filter.CorrelationId);
        }

        if (filter.Version is { } version)
        {
            And("d.version = $", version);
        }

        if (filter.HasIncidents is { } has)
        {
            And($"({IncidentsSql} > 0) = $", has);
        }

        if (Words(filter.Status, filter.Statuses) is { Length: > 0 } statuses)
        {
            And("i.status = any($)", Numbers<InstanceStatus>(statuses));
        }

        if (Words(filter.SubStatus, filter.SubStatuses) is { Length: > 0 } subs)
        {
            And($"{SubStatusSql} = any($)", Numbers<InstanceSubStatus>(subs));
        }

        if (!string.IsNullOrWhiteSpace(filter.SearchTerm))
        {
            And("(i.id::text = $ or strpos(lower(i.definition_id), $) > 0 or strpos(lower(i.key), $) > 0 or strpos(lower(i.name), $) > 0 or strpos(lower(d.name), $) > 0)", filter.SearchTerm.Trim().ToLowerInvariant());
        }

        foreach (var moment in filter.TimestampFilters ?? [])
        {
            if (Column(moment.Column) is { } column && Sign(moment.Operator) is { } sign && moment.Timestamp is { } at)
            {
                And($"{column} {sign} $", at.ToUniversalTime());
            }
        }

        return where.ToString();
    }

    /// <summary>By birth means by id, which begins with the moment of birth: the primary key is in that order, and no other index has to be.</summary>
    private static string Order(InstanceFilter filter)
    {
        var direction = string.Equals(filter.OrderDirection, "Ascending", StringComparison.OrdinalIgnoreCase) ? "asc" : "desc";
        return filter.OrderBy?.ToUpperInvariant() switch
        {
            "UPDATED" or "UPDATEDAT" or "LASTEXECUTED" => $"i.updated {direction}, i.id {direction}",
            "FINISHED" or "FINISHEDAT" => $"i.finished {direction} nulls last, i.id {direction}",
            "NAME" => $"i.name {direction} nulls last, i.id {direction}",
            _ => $"i.id {direction}",
        };
    }

    private static string? Column(string? name) => name?.ToUpperInvariant() switch
    {
        "CREATEDAT" or "CREATED" => "i.created",
        "UPDATEDAT" or "UPDATED" => "i.updated",
        "FINISHEDAT" or "FINISHED" => "i.finished",
        _ => null,
    };

    private static string? Sign(string? name) => name?.ToUpperInvariant() switch
    {
        "IS" => "=",
        "ISNOT" => "<>",
        "GREATERTHAN" => ">",
        "GREATERTHANOREQUAL" => ">=",
        "LESSTHAN" => "<",
        "LESSTHANOREQUAL" => "<=",
        _ => null,
    };

    private static string[] Words(string? one, IReadOnlyList<string>? many) =>
        [.. (string.IsNullOrEmpty(one) ? [] : new[] { one }).Concat(many ?? []).Where(w => !string.IsNullOrEmpty(w)).Distinct(StringComparer.Ordinal)];

    /// <summary>A word that nobody knows is met by nothing.</summary>
    private static short[] Numbers<T>(string[] words)
        where T : struct, Enum => [.. words.Select(w => Enum.TryParse<T>(w, ignoreCase: true, out var value) ? Convert.ToInt16(value, CultureInfo.InvariantCulture) : (short)-1)];

    private static InstanceLine Line(NpgsqlDataReader reader) => new(
        reader.GetGuid(0),
        reader.GetString(1),
        reader.GetString(2),
        reader.GetInt32(3),
        ((InstanceStatus)reader.GetInt16(4)).ToString(),
        ((InstanceSubStatus)reader.GetInt32(5)).ToString(),
        reader.IsDBNull(6) ? null : reader.GetString(6),
        reader.IsDBNull(7) ? null : reader.GetString(7),
        (int)reader.GetInt64(8),
        reader.GetFieldValue<DateTimeOffset>(9),
        reader.GetFieldValue<DateTimeOffset>(10),
        reader.IsDBNull(11) ? null : reader.GetFieldValue<DateTimeOffset>(11),
        reader.GetBoolean(12) ? true : null);
}
