using MediatR;

using RetailOps.Kernel;
using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>How a replay sends requests: through the one door, as everybody does. A no that nobody expected ends it; the same command goes on from there.</summary>
internal sealed class ReplayDoor(RequestRunner requests)
{
    // Two cores' worth of orders on their way; more only wait for each other.
    private const int AtOnce = 8;

    private const int Page = 500;

    /// <summary>Sends a request that must be granted.</summary>
    /// <exception cref="SetupException">It is refused.</exception>
    public async Task<T> Must<T>(Caller caller, IRequest<Result<T>> request, string about, CancellationToken ct)
    {
        var result = await requests.Run(caller, request, ct: ct);
        return result.IsSuccess ? result.Value : throw Unexpected(request.GetType().Name, about, result.Refusal);
    }

    /// <summary>Sends a request that may be refused with one of these codes.</summary>
    /// <returns>The answer, or the refusal.</returns>
    /// <exception cref="SetupException">It is refused with another.</exception>
    public async Task<Result<T>> Ask<T>(Caller caller, IRequest<Result<T>> request, string about, IReadOnlyCollection<string> expected, CancellationToken ct)
    {
        var result = await requests.Run(caller, request, ct: ct);
        return result.IsSuccess || expected.Contains(result.Refusal.Code) ? result : throw Unexpected(request.GetType().Name, about, result.Refusal);
    }

    /// <summary>Everything that a list holds, page by page.</summary>
    public async IAsyncEnumerable<T> All<T, TKey>(
        Caller caller, Func<TKey?, int, IRequest<Result<IReadOnlyList<T>>>> page, Func<T, TKey> key, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        for (TKey? after = default; ;)
        {
            var items = await Must(caller, page(after, Page), "a list", ct);
            foreach (var item in items)
            {
                yield return item;
            }

            if (items.Count < Page)
            {
                yield break;
            }

            after = key(items[^1]);
        }
    }

    /// <summary>Does the same to many, some at once.</summary>
    public static Task Each<T>(IEnumerable<T> items, Func<T, CancellationToken, ValueTask> body, CancellationToken ct) =>
        Parallel.ForEachAsync(items, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, body);

    private static SetupException Unexpected(string request, string about, Refusal refusal) =>
        new($"{request} for {about} was refused: {refusal.Code}: {refusal.Message} Nothing is lost: the same command goes on from there.");
}
