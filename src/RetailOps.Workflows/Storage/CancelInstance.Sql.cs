using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Ends a living instance for good, with its waits, its tasks and the children it waits for; on request once its steps and theirs are undone, newest first, as far as the
/// definition compensates. One whose start still stands in line ends behind it. A second call finds nothing to end. What is under change control needs
/// <c>workflows.cancel</c>, too.
/// </summary>
[Needs("workflows.run"), AsksDatabase]
internal sealed record CancelInstance(Guid Id, bool Compensate = false) : IRequest<Result<Guid>>;

internal sealed class CancelInstanceHandler(UnitOfWork work, EngineBell bell) : IRequestHandler<CancelInstance, Result<Guid>>
{
    private const string Sql =
        $"""
        select i.key, coalesce((select {Governance.IsGoverned} from workflows.definitions d where d.version_id = i.version_id), true)
        from workflows.instances i where i.id = $1 and i.finished is null
        union all
        select s.key, coalesce((select {Governance.IsGoverned} from workflows.definitions d where d.version_id = split_part(s.version_id, '|', 1)), true)
        from workflows.stimuli s where s.source_id = $1 and s.kind = 9 and s.dead is null
        limit 1
        """;

    public async Task<Result<Guid>> Handle(CancelInstance request, CancellationToken ct)
    {
        if (await Find(await work.Connection(ct), request.Id, ct) is not var (key, isGoverned))
        {
            return Ended();
        }

        if (isGoverned && !work.Caller.May("workflows.cancel"))
        {
            return InstanceRefusals.Governed();
        }

        // In line with everything else that happens to it; what runs at this moment is finished first.
        work.Write(new StimulusRow(Lane.People, key, StimulusKind.Cancel, "cancel", request.Id, request.Id, null, Order(request.Compensate), work.Trace));
        work.OnCommitted(() => bell.Ring());
        return request.Id;
    }

    public static Refusal Ended() => Refusal.NotFound("workflows.no-living-instance", "There is no living instance with this id; it may have ended meanwhile.");

    /// <summary>What the stimulus says that ends an instance.</summary>
    public static string? Order(bool compensate) => compensate ? """{"compensate":true}""" : null;

    private static async Task<(string Key, bool IsGoverned)?> Find(NpgsqlConnection connection, Guid id, CancellationToken ct)
    {
        await using var look = new NpgsqlCommand(Sql, connection) { Parameters = { new() { Value = id } } };
        await using var reader = await look.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? (reader.GetString(0), reader.GetBoolean(1)) : null;
    }
}
