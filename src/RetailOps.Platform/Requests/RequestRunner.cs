using System.Text.Json;

using MediatR;

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

using RetailOps.Kernel;

namespace RetailOps.Platform;

/// <summary>
/// The one door into the modules outside a burst: endpoints, console, jobs. One request, one transaction: committed when it is
/// granted, nothing of it left when it is refused. Lost races are run again from fresh reads; a lost COMMIT is looked up.
/// </summary>
public sealed partial class RequestRunner(IServiceScopeFactory scopes, Database database, TimeProvider clock, ILogger<RequestRunner> log)
{
    private const int Tries = 4;

    /// <summary>Runs a request for a caller.</summary>
    /// <param name="caller">Who asks; its permissions decide.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="key">Makes a second call with the same key give the first answer; null where the request itself sees to that.</param>
    /// <param name="ct">Cancels before the commit; a commit under way is finished.</param>
    /// <exception cref="CommitUnknownException">The database went away during the commit and did not come back in time.</exception>
    public async Task<Result<T>> Run<T>(Caller caller, IRequest<Result<T>> request, IdempotencyKey? key = null, CancellationToken ct = default)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Once(caller, request, key, ct);
            }
            catch (Exception e) when (attempt < Tries && (Transient.IsRace(e) || DatabaseTrouble.IsOutOfStep(e)))
            {
                LogAgain(log, request.GetType().Name, attempt, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(2, 10 << attempt)), ct);
            }
            catch (Exception e) when (DatabaseTrouble.IsUnkeepableText(e))
            {
                // The driver may have lost count of the server's answers on that connection: nobody is to get it.
                database.Requests.Clear();
                throw;
            }
            catch (Exception e) when (attempt == Tries && Transient.IsRace(e))
            {
                return Refusal.Conflict("request.contended", "Others change the same things at this moment; try again.");
            }
        }
    }

    private async Task<Result<T>> Once<T>(Caller caller, IRequest<Result<T>> request, IdempotencyKey? key, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var work = scope.ServiceProvider.GetRequiredService<UnitOfWork>();
        work.Begin(database.Requests, WorkMode.Request);
        work.Act(caller, null, null, clock.GetUtcNow());
        if (key is not null && await IdempotencyTable.Find(work, key, ct) is { } earlier)
        {
            return earlier.Refusal is { } refusal ? refusal : JsonSerializer.Deserialize<T>(earlier.Answer!, JsonSerializerOptions.Web)!;
        }

        var result = await scope.ServiceProvider.GetRequiredService<ISender>().Send(request, ct);
        var hasWrites = result.IsSuccess && work.HasWrites;
        if (!result.IsSuccess || (!hasWrites && key is null))
        {
            return result;
        }

        if (work.IsTaintedByRefusal)
        {
            throw new InvalidOperationException($"{request.GetType().Name} went on after a request it sent had written and was refused.");
        }

        if (hasWrites && !work.HasRaised && (caller is Caller.Person or Caller.Client))
        {
            work.Raise(RequestGranted.Of(request, work.Now));
        }

        if (key is not null)
        {
            work.Write(new IdempotencyRow(key, JsonSerializer.Serialize(result.Value, JsonSerializerOptions.Web), work.Now));
        }

        await work.Flush(ct);
        await work.Commit();
        return result;
    }

    [LoggerMessage(6001, LogLevel.Information, "{Request} lost a race at try {Attempt} and is run again: {Reason}")]
    private static partial void LogAgain(ILogger log, string request, int attempt, string reason);
}
