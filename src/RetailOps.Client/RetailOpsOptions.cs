namespace RetailOps.Client;

/// <summary>How to reach an API.</summary>
/// <param name="Address">Of the host, without <c>/api/v1</c>.</param>
public sealed record RetailOpsOptions(Uri Address)
{
    /// <summary>The client's id at <c>/connect/token</c>; null to call without a token, as the Demo allows from its own machine.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's secret.</summary>
    public string? ClientSecret { get; init; }

    /// <summary>Scopes to ask for; none for all that the client may.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];

    /// <summary>How often a request that was answered 429 or 503 is sent in all; only what is safe to repeat is: reads, and what has an idempotency key.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>The longest wait between two attempts; a longer <c>Retry-After</c> ends them.</summary>
    public TimeSpan MostPatience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Measures the life of tokens and waits between attempts.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
