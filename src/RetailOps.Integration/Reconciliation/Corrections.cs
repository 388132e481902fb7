using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>What would mend a difference, where it is ours to do. What is wrong in the books only is mended there: a posted document is final.</summary>
internal static class Corrections
{
    public const string SendAgain = "send-again";
    public const string RecordNumber = "record-number";
    public const string Adjust = "adjust";

    /// <summary>Adjusting documents are counted from here: the first revision of a subject is the business's own.</summary>
    public const int FirstRevision = 2;

    public static Correction Again { get; } = new(SendAgain, "Send the document once more; it is looked for before it is posted.");

    public static Correction Record(string number) => new(RecordNumber, $"Hold it to be posted as {number}.", number);

    /// <summary>A document over what the books have too little or too much; over 0 where only the tax is split otherwise. Null for what is not money owed.</summary>
    public static Correction? MakeUp(HeldDocument ours, ErpEntry there) =>
        Adjusting(ours.Document, ours.Totals.Untaxed - there.Totals.Untaxed, ours.Totals.Tax - there.Totals.Tax, $"Adjusts {there.Number}");

    /// <summary>A document that takes another one back as a whole. Null for what is not money owed.</summary>
    public static Correction? TakeBack(ErpDocument ours, ErpEntry there) =>
        there.Currency == ours.Currency ? Adjusting(ours, -there.Totals.Untaxed, -there.Totals.Tax, $"Takes back {there.Number}") : null;

    /// <summary>As another revision of its subject.</summary>
    public static Correction As(this Correction correction, int revision) => correction with { Document = correction.Document! with { Revision = revision } };

    private static Correction? Adjusting(ErpDocument about, long untaxed, long tax, string words)
    {
        if (about.Kind is not (DocumentKinds.SalesInvoice or DocumentKinds.CreditMemo))
        {
            return null;
        }

        var (total, isMemo) = (untaxed + tax, about.Kind == DocumentKinds.CreditMemo);

        // A total is never negative: what is too much of the one is made up for by the other.
        var turns = total < 0;
        var (kind, sign) = (isMemo != turns ? DocumentKinds.CreditMemo : DocumentKinds.SalesInvoice, turns ? -1 : 1);
        var line = new ErpLine(AccountOf(about), null, 1, new(sign * untaxed, about.Currency), new(sign * tax, about.Currency), words);
        var corrects = kind != DocumentKinds.CreditMemo ? null : isMemo ? about.Corrects : about.Key;
        var document = new ErpDocument(kind, about.Subject, about.Reference, about.Party, about.BusinessDate, about.Currency, [line], corrects, FirstRevision);
        return new(Adjust, $"Post a {kind} of {new Money(Math.Abs(total), about.Currency)}, {new Money(sign * tax, about.Currency)} of it tax.", Document: document);
    }

    // The books do not say which of its lines is wrong.
    private static string AccountOf(ErpDocument document) => document.Lines.Select(l => l.Account).Distinct().ToList() is [var only] ? only : "sundry";
}
