using MediatR;

using Npgsql;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Workflows;

/// <summary>
/// Ends a living instance for good, with its waits, its tasks and the children it waits for; on request once its steps are undone, newest first, as far as its
/// definition compensates. A second call finds nothing to end.
/// </summary>
[Needs("workflows.retry"), AsksDatabase]
internal sealed record CancelInstance(Guid Id, bool Compensate = false) : IRequest<Result<Guid>>;

internal sealed class CancelInstanceHandler(UnitOfWork work, EngineBell bell) : IRequestHandler<CancelInstance, Result<Guid>>
{
    public async Task<Result<Guid>> Handle(CancelInstance request, CancellationToken ct)
    {
        await using var look = new NpgsqlCommand("select key from workflows.instances where id = $1 and finished is null", await work.Connection(ct))
        {
            Parameters = { new() { Value = request.Id } },
        };
        if (await look.ExecuteScalarAsync(ct) is not string key)
        {
            return Refusal.NotFound("workflows.no-living-instance", "There is no living instance with this id; it may have ended meanwhile.");
        }

        // In line with everything else that happens to it; what runs at this moment is finished first.
        work.Write(new StimulusRow(Lane.People, key, StimulusKind.Cancel, "cancel", request.Id, request.Id, null, request.Compensate ? """{"compensate":true}""" : null, work.Trace));
        work.OnCommitted(() => bell.Ring());
        return request.Id;
    }
}
