using RetailOps.Platform;

namespace RetailOps.Integration;

/// <summary>How mail leaves. Without a server and a folder nobody is told anything, and nothing is asked for.</summary>
internal sealed record NoticeOptions
{
    /// <summary>
    /// The mail server: <c>smtps://user:password@host:465</c> speaks TLS from the start, <c>smtp://host:587</c> begins without and insists on it, unless the host is this
    /// machine. Null for none.
    /// </summary>
    public Uri? Server { get; init; }

    /// <summary>Who writes.</summary>
    public string From { get; init; } = "shop@localhost";

    /// <summary>A folder that takes the mails as files instead of a server, for trying the product; null for none.</summary>
    public string? Folder { get; init; }

    /// <summary>Whether customers are told anything.</summary>
    public bool IsOn => Server is not null || Folder is not null;

    /// <summary>Reads the settings.</summary>
    /// <param name="server"><c>RETAILOPS_SMTP_URL</c>; null or empty for none, <c>off</c> for no mail whatever there is.</param>
    /// <param name="from"><c>RETAILOPS_MAIL_FROM</c>; null or empty for the usual one.</param>
    /// <param name="folder">Where mails go without a server; null for nowhere.</param>
    /// <exception cref="SetupException">One of them cannot be read.</exception>
    public static NoticeOptions Read(string? server, string? from, string? folder)
    {
        var options = new NoticeOptions();
        if (!string.IsNullOrEmpty(from))
        {
            options = MimeKit.MailboxAddress.TryParse(from, out _) ? options with { From = from } : throw new SetupException("RETAILOPS_MAIL_FROM is an address like Shop <orders@shop.example>.");
        }

        if (server == "off")
        {
            return options;
        }

        if (string.IsNullOrEmpty(server))
        {
            return options with { Folder = folder };
        }

        return Uri.TryCreate(server, UriKind.Absolute, out var uri) && uri.Scheme is "smtp" or "smtps" && uri.Host.Length > 0
            ? !string.IsNullOrEmpty(from) ? options with { Server = uri } : throw new SetupException("RETAILOPS_SMTP_URL needs RETAILOPS_MAIL_FROM: who writes.")
            : throw new SetupException("RETAILOPS_SMTP_URL is an address like smtps://user:password@host:465 or smtp://host:587.");
    }
}
