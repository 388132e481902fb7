namespace RetailOps.Integration;

/// <summary>Where Tryton is, and as whom it is spoken to.</summary>
/// <param name="Address">With the database's name, like <c>http://127.0.0.1:8000/erp/</c>.</param>
/// <param name="User">The login.</param>
/// <param name="Password">Its secret; never logged.</param>
internal sealed record TrytonSettings(Uri Address, string User, string Password)
{
    /// <summary>How long one call may take by itself; <see cref="LinePatience"/> is added for each line that it posts. Tests are less patient.</summary>
    public TimeSpan CallPatience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Posting takes about 10 ms a line; this is ten times as much.</summary>
    public TimeSpan LinePatience { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>For so many lines.</summary>
    public TimeSpan PatienceFor(int lines) => CallPatience + (lines * LinePatience);

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{User} at {Address}";
}
