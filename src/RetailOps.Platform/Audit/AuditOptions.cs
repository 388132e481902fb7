namespace RetailOps.Platform;

/// <summary>How the chain over the events is kept.</summary>
public sealed record AuditOptions
{
    /// <summary>Between two looks for rows that wait to be linked. Machine time.</summary>
    public TimeSpan Pause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Between two exports of the head. Machine time.</summary>
    public TimeSpan ExportEvery { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The folder that heads are written to; null for the log alone.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether this host links rows. False to measure what linking costs.</summary>
    public bool IsLinking { get; init; } = true;
}
