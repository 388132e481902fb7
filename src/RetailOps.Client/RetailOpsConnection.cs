namespace RetailOps.Client;

/// <summary>
/// A connection to the API: gets tokens and renews them, waits as long as it is told and repeats with the same key, and makes every no a
/// <see cref="ProblemException"/>. One for a process; safe to use from many threads.
/// </summary>
public sealed class RetailOpsConnection : IDisposable
{
    private readonly HttpClient http;

    /// <summary>Opens nothing yet.</summary>
    /// <param name="options">Where and as whom.</param>
    /// <param name="inner">What sends at last; null for the usual handler.</param>
    public RetailOpsConnection(RetailOpsOptions options, HttpMessageHandler? inner = null)
    {
        var tokens = options.ClientId is null ? null : new AccessTokens(options, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }));
        http = new HttpClient(new PatientHandler(options, tokens) { InnerHandler = inner ?? new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) } })
        {
            BaseAddress = options.Address,
            Timeout = TimeSpan.FromMinutes(5),
        };
        Api = new RetailOpsApi(http);
    }

    /// <summary>The operations.</summary>
    public RetailOpsApi Api { get; }

    /// <summary>Everything that a list holds, page by page.</summary>
    /// <param name="page">Reads the page behind a key; null for the first.</param>
    /// <param name="items">The page's items.</param>
    /// <param name="next">The key behind which the next page begins; null on the last.</param>
    public static async IAsyncEnumerable<T> All<TPage, T>(Func<string?, Task<TPage>> page, Func<TPage, IEnumerable<T>> items, Func<TPage, string?> next)
    {
        string? after = null;
        do
        {
            var read = await page(after).ConfigureAwait(false);
            foreach (var item in items(read))
            {
                yield return item;
            }

            after = next(read);
        }
        while (after is not null);
    }

    /// <inheritdoc/>
    public void Dispose() => http.Dispose();
}
