using System.Globalization;
using System.Text.Json;

using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>What the stimulus says that starts an instance because somebody asked for it.</summary>
/// <param name="CorrelationId">Null for none.</param>
/// <param name="Input">An object, or nothing.</param>
/// <param name="TriggerActivityId">The trigger that counts as met, with the input as what it was told; null for the drawn start.</param>
/// <param name="By">Who asked.</param>
internal sealed record StartOrder(string? CorrelationId, JsonElement? Input, string? TriggerActivityId, string By);

/// <summary>A start that was taken down.</summary>
/// <param name="Id">The instance's id.</param>
/// <param name="Key">Under which it stands in line.</param>
/// <param name="IsDry">It has run already, and all but its story was undone.</param>
internal sealed record StartedInstance(Guid Id, string Key, bool IsDry);

/// <summary>
/// Starts an instance. The start is stored before it is acknowledged and runs in a burst of its own; a version of a governed definition that nobody has approved is run
/// dry at once instead, and so is an approved one for who lacks <c>workflows.start</c>, and a free one that does what the caller may not do alone. A second call with the same id starts nothing more.
/// </summary>
/// <param name="Id">The instance's id, made beforehand.</param>
/// <param name="DefinitionId">Which definition.</param>
/// <param name="Version">As the designer says it: Latest, Published, LatestOrPublished, a number …; empty for the published one.</param>
/// <param name="CorrelationId">The instance's key; null for none.</param>
/// <param name="TriggerActivityId">Null starts at the drawn start.</param>
/// <param name="Input">An object; null for nothing. At most 256 KB.</param>
[Needs("workflows.run"), AsksDatabase]
internal sealed record StartInstance(Guid Id, string DefinitionId, string? Version, string? CorrelationId, string? TriggerActivityId, JsonElement? Input) : IRequest<Result<StartedInstance>>;

internal sealed class StartInstanceHandler(UnitOfWork work, DefinitionStore definitions, DryRun dry, Powers powers, FactCatalogue facts, EngineBell bell) : IRequestHandler<StartInstance, Result<StartedInstance>>
{
    public async Task<Result<StartedInstance>> Handle(StartInstance request, CancellationToken ct)
    {
        var connection = await work.Connection(ct);
        if (await ChosenVersion.Find(connection, request.DefinitionId, request.Version, ct) is not { } chosen)
        {
            return Refusal.NotFound("workflows.unknown-definition", "There is no such version of a workflow definition.");
        }

        var input = request.Input is { ValueKind: JsonValueKind.Object } given ? given : (JsonElement?)null;
        if (input is { } some && (some.GetRawText() is not { Length: <= StateLimits.Value } text || text.Contains("\\u0000", StringComparison.Ordinal)))
        {
            return Refusal.Malformed("workflows.input", "The input is an object of at most 256 KB, without the character U+0000.");
        }

        var correlation = string.IsNullOrEmpty(request.CorrelationId) ? null : request.CorrelationId;
        if (correlation is not null && !Text.HasLength(correlation, 200))
        {
            return Refusal.Malformed("workflows.correlation-id", "A correlation id has 1 to 200 characters.");
        }

        var version = await definitions.Compiled(chosen.VersionId, ct);
        var trigger = string.IsNullOrEmpty(request.TriggerActivityId) ? null : request.TriggerActivityId;
        if (trigger is not null && !version.Workflow.Triggers.Any(t => t.ActivityId == trigger))
        {
            return Refusal.Rule("workflows.no-trigger", "This activity cannot start the workflow; leave triggerActivityId out to begin at its start.");
        }

        var order = new StartOrder(correlation, input, trigger, work.Caller.Actor);
        var isReal = chosen.IsGoverned ? chosen.IsApproved && work.Caller.May("workflows.start") : await powers.Beyond(work, version.Workflow, ct) is [];
        if (!isReal)
        {
            DryRun.Keep(work, await dry.Run(version.AsGoverned(), request.Id, order, null, ct));
            return new StartedInstance(request.Id, request.Id.ToString(), IsDry: true);
        }

        if (chosen.IsGoverned && version.Workflow.Triggers.Any(t => t.ActivityId == trigger && t.EventName is { } name && facts.Types.ContainsKey(name)))
        {
            return TriggerEventHandler.NotByHand();
        }

        var key = correlation ?? request.Id.ToString();
        if (version.SingletonKey(key) is { } taken && await SingletonTable.IsTaken(connection, taken, ct))
        {
            return InstanceRefusals.Lives();
        }

        if (!chosen.IsPublished)
        {
            // Only of what is published somebody has written down yet which events it waits for.
            version.Workflow.EventNames.ToList().ForEach(name => work.Write(new EventNameRow(name, chosen.VersionId)));
        }

        var data = JsonSerializer.Serialize(order, JsonReading.Web);
        work.Write(new StimulusRow(Lane.People, key, StimulusKind.Start, "start", request.Id, null, $"{chosen.VersionId}|{trigger}", data, work.Trace));
        work.OnCommitted(() => bell.Ring());
        return new StartedInstance(request.Id, key, IsDry: false);
    }
}

/// <summary>Whether a start still stands in line.</summary>
internal enum StartFate
{
    /// <summary>Its burst is still to come.</summary>
    Waits,

    /// <summary>The instance is there.</summary>
    Lives,

    /// <summary>It was not let in: an instance of a definition that permits one was faster.</summary>
    Refused,

    /// <summary>Nobody could run it; an operator has to look.</summary>
    Dead,
}

/// <summary>What became of a start.</summary>
[Needs("workflows.run"), AsksDatabase]
internal sealed record LookAtStart(Guid Id, string Key) : IRequest<Result<StartFate>>;

internal sealed class LookAtStartHandler(UnitOfWork work) : IRequestHandler<LookAtStart, Result<StartFate>>
{
    public async Task<Result<StartFate>> Handle(LookAtStart request, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(
            """
            select exists (select from workflows.instances where id = $1),
                   (select min(case when s.dead is null then 0 else 1 end) from workflows.stimuli s where s.key = $2 and s.source_id = $1)
            """, await work.Connection(ct))
        {
            Parameters = { new() { Value = request.Id }, new() { Value = request.Key } },
        };
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        return reader.GetBoolean(0) ? StartFate.Lives : await reader.IsDBNullAsync(1, ct) ? StartFate.Refused : reader.GetInt32(1) == 0 ? StartFate.Waits : StartFate.Dead;
    }
}

/// <summary>A version picked by what the designer says.</summary>
internal sealed record ChosenVersion(string VersionId, bool IsPublished, bool IsGoverned, bool IsApproved)
{
    private const string Columns = $"d.version_id, d.is_published, {Governance.IsGoverned}, {Governance.IsApproved}";

    /// <summary>The newest that fits; null when none does.</summary>
    public static Task<ChosenVersion?> Find(NpgsqlConnection connection, string definitionId, string? said, CancellationToken ct)
    {
        var number = int.TryParse(said, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : (int?)null;
        var fits = said?.ToUpperInvariant() switch
        {
            null or "" or "PUBLISHED" => "d.is_published",
            "LATEST" => "d.is_latest",
            "DRAFT" => "d.is_latest and not d.is_published",
            "LATESTORPUBLISHED" => "(d.is_latest or d.is_published)",
            "LATESTANDPUBLISHED" => "d.is_latest and d.is_published",
            "ALLVERSIONS" or "ALL" => "true",
            _ when number is not null => "d.version = $2",
            _ => "false",
        };
        var command = new NpgsqlCommand($"select {Columns} from workflows.definitions d where d.definition_id = $1 and {fits} order by d.version desc limit 1", connection)
        {
            Parameters = { new() { Value = definitionId } },
        };
        if (number is { } version)
        {
            command.Parameters.Add(new() { Value = version });
        }

        return One(command, ct);
    }

    /// <summary>A version by its own id; null when there is none.</summary>
    public static Task<ChosenVersion?> Of(NpgsqlConnection connection, string versionId, CancellationToken ct) =>
        One(new NpgsqlCommand($"select {Columns} from workflows.definitions d where d.version_id = $1", connection) { Parameters = { new() { Value = versionId } } }, ct);

    private static async Task<ChosenVersion?> One(NpgsqlCommand command, CancellationToken ct)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new(reader.GetString(0), reader.GetBoolean(1), reader.GetBoolean(2), reader.GetBoolean(3)) : null;
    }
}
