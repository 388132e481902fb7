namespace RetailOps.Integration;

/// <summary>What can differ. The words are stored and stand in the causes of exceptions; never renamed.</summary>
internal static class DifferenceKinds
{
    public const string Missing = "missing";
    public const string Unknown = "unknown";
    public const string Foreign = "foreign";
    public const string OtherKind = "other-kind";
    public const string OtherCurrency = "other-currency";
    public const string OtherAmount = "other-amount";
    public const string OtherTax = "other-tax";
    public const string OtherSettled = "other-settled";
    public const string OtherNumber = "other-number";
    public const string OtherDay = "other-day";
    public const string Duplicate = "duplicate";
    public const string PostedThere = "posted-there";
    public const string NotAsked = "not-asked";
    public const string OtherThanBilled = "other-than-billed";
    public const string OverAdjusted = "over-adjusted";

    /// <summary>The cause of a run's own exception, while the books cannot be read.</summary>
    public const string NoAnswer = "reconciliation.no-answer";

    /// <summary>The cause of the exception that shows a difference.</summary>
    public static string CauseOf(string kind) => "reconciliation." + kind;

    public static string SeverityOf(string kind) => kind switch
    {
        OtherDay or Foreign => "low",
        OtherNumber or OtherTax or OtherSettled or PostedThere => "medium",
        _ => "high",
    };
}
