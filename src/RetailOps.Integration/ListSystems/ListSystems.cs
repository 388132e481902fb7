using MediatR;

using Microsoft.EntityFrameworkCore;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Integration;

internal sealed class ListSystemsHandler(UnitOfWork work, IEnumerable<Connector> connectors, IEnumerable<SystemProbe> probes, LaneBoard board, LaneReads lanes, IServiceProvider services)
    : IRequestHandler<ListSystems, Result<IReadOnlyList<SystemView>>>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<Result<IReadOnlyList<SystemView>>> Handle(ListSystems request, CancellationToken ct)
    {
        // The other machines are asked first: nothing of ours stays open while they think.
        var all = connectors.ToList();
        var looks = await Task.WhenAll(all.Select(c => Look(probes.FirstOrDefault(p => p.System == c.System), ct)));
        var loads = await lanes.Loads(all.SelectMany(c => c.Operations).Select(o => o.Hears.Name), ct);
        var postings = await Postings(ct);
        return all.Zip(looks, (c, look) => Of(c, look, loads, postings)).ToList();
    }

    private SystemView Of(Connector connector, (bool IsAsked, ErpHealth? Health, string? Trouble) look, IReadOnlyDictionary<string, LaneLoad> loads, (DateTimeOffset? LastAnswer, DateTimeOffset? OldestWait) postings)
    {
        var operations = connector.Operations.Select(o => Of(o, board.Of(o.Hears.Name), loads[o.Hears.Name])).ToList();
        var answers = look.IsAsked ? look.Trouble is null : operations.TrueForAll(o => o.Failures == 0);
        return new(
            connector.System, connector.Kind.ToString().ToLowerInvariant(), answers, look.IsAsked ? look.Trouble : answers ? null : operations.First(o => o.Failures > 0).LastTrouble,
            connector.Kind is SystemKind.Erp ? postings.LastAnswer : operations.Max(o => board.Of(o.Lane).LastAnswer), operations.Sum(o => o.Backlog),
            connector.Kind is SystemKind.Erp ? postings.OldestWait : operations.Min(o => o.OldestWait),
            look.Health?.LedgerBalance, look.Health?.Posted ?? new Dictionary<string, long>(), operations);
    }

    private static OperationView Of(ConnectorOperation operation, LaneState state, LaneLoad load)
    {
        var ready = load.Backlog - load.Waiting;
        var retry = operation.Retry switch
        {
            RetryClass.AsksFirst => "asks-first",
            RetryClass.SameId => "same-id",
            _ => "never",
        };
        return new(
            operation.Name, operation.Hears.Name, retry, state.Breaker.ToString().ToLowerInvariant(), state.Failures, state.FailingSince, state.LastTrouble, Round(state.AnswersPerSecond),
            Round(state.Took(0.5)?.TotalSeconds), Round(state.Took(0.95)?.TotalSeconds), load.Backlog, load.Waiting, load.DeadLetters, load.OldestWait,
            ready > 0 && state is { Breaker: BreakerState.Closed, Failures: 0, AnswersPerSecond: > 0 and var rate } ? Round(ready / rate) : null,
            load.LastOutage is { } o ? new(o.Began, o.Answered, o.CaughtUp, Round((o.CaughtUp - o.Answered)?.TotalSeconds), o.Error) : null);
    }

    private static double? Round(double? value) => value is { } v ? Math.Round(v, 3) : null;

    private async Task<(DateTimeOffset? LastAnswer, DateTimeOffset? OldestWait)> Postings(CancellationToken ct)
    {
        var postings = (await work.Join<IntegrationDbContext>(ct)).Postings.AsNoTracking();
        return (
            await postings.Where(p => p.Status == PostingStatus.Posted || p.Status == PostingStatus.Refused).MaxAsync(p => p.DecidedAt, ct),
            await postings.Where(p => p.Status == PostingStatus.Requested).MinAsync(p => (DateTimeOffset?)p.RequestedAt, ct));
    }

    private async Task<(bool IsAsked, ErpHealth? Health, string? Trouble)> Look(SystemProbe? probe, CancellationToken ct)
    {
        if (probe is null)
        {
            return (false, null, null);
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            return (true, await probe.Look(services, limit.Token), null);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return (true, null, e is OperationCanceledException ? $"No answer within {Patience.TotalSeconds:0} s." : e.Message);
        }
    }
}
