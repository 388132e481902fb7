using System.Net;
using System.Net.Sockets;

using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;

using MimeKit;

using RetailOps.Kernel;

namespace RetailOps.Integration;

/// <summary>A mail and the message that it is.</summary>
internal sealed record OutgoingMail(Guid Notice, OrderId Order, MimeMessage Mime);

/// <summary>What became of a mail.</summary>
internal abstract record MailFate
{
    private MailFate()
    {
    }

    /// <summary>Somebody took it.</summary>
    public sealed record Taken : MailFate;

    /// <summary>It is refused for good.</summary>
    /// <param name="Code">The server's, like <c>550</c>. Not its words: they repeat the address.</param>
    public sealed record Refused(string Code) : MailFate;

    /// <summary>Nobody took it, or nobody knows.</summary>
    /// <param name="Why">For a person, without personal data.</param>
    public sealed record Later(string Why) : MailFate;
}

/// <summary>Takes mails away.</summary>
internal interface INoticePost
{
    /// <summary>Brings mails away, one after the other; never throws but for <paramref name="ct"/>.</summary>
    /// <returns>One fate for each, in their order.</returns>
    Task<IReadOnlyList<MailFate>> Bring(IReadOnlyList<OutgoingMail> mails, CancellationToken ct);

    /// <summary>Forgets what of an order's mails is still here.</summary>
    void Forget(OrderId order);
}

/// <summary>By SMTP (RFC 5321): one connection for all that leaves together.</summary>
internal sealed class SmtpPost(NoticeOptions options) : INoticePost
{
    private const int Milliseconds = 20_000;

    public async Task<IReadOnlyList<MailFate>> Bring(IReadOnlyList<OutgoingMail> mails, CancellationToken ct)
    {
        var fates = new List<MailFate>(mails.Count);
        using var client = new SmtpClient { Timeout = Milliseconds };
        try
        {
            await Connect(client, ct);
            foreach (var mail in mails)
            {
                fates.Add(await Bring(client, mail, ct));
            }

            await client.DisconnectAsync(quit: true, ct);
        }
        catch (Exception e) when (IsTrouble(e) && !ct.IsCancellationRequested)
        {
            // Whether the one under way was taken is not known; the same Message-Id tells, where two arrive. The others were not sent.
            fates.AddRange(Enumerable.Repeat(new MailFate.Later($"The mail server cannot be reached, or fell silent: {e.GetType().Name}."), mails.Count - fates.Count));
        }

        return fates;
    }

    public void Forget(OrderId order)
    {
    }

    private static async Task<MailFate> Bring(SmtpClient client, OutgoingMail mail, CancellationToken ct)
    {
        try
        {
            await client.SendAsync(mail.Mime, ct);
            return new MailFate.Taken();
        }
        catch (SmtpCommandException e) when (client.IsConnected)
        {
            var code = ((int)e.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
            return (int)e.StatusCode >= 500 ? new MailFate.Refused(code) : new MailFate.Later($"The mail server answered {code}.");
        }
    }

    // A name or password that is refused is trouble of ours, not of the mail.
    private static bool IsTrouble(Exception e) =>
        e is SmtpCommandException or ProtocolException or AuthenticationException or SslHandshakeException or IOException or SocketException or OperationCanceledException or ServiceNotConnectedException
            or NotSupportedException or TimeoutException;

    private async Task Connect(SmtpClient client, CancellationToken ct)
    {
        var server = options.Server!;
        var security = server.Scheme == "smtps" ? SecureSocketOptions.SslOnConnect : server.IsLoopback ? SecureSocketOptions.StartTlsWhenAvailable : SecureSocketOptions.StartTls;
        await client.ConnectAsync(server.IdnHost, server.Port > 0 ? server.Port : server.Scheme == "smtps" ? 465 : 587, security, ct);
        if (server.UserInfo.Split(':', 2) is [{ Length: > 0 } user, var password])
        {
            await client.AuthenticateAsync(new NetworkCredential(Uri.UnescapeDataString(user), Uri.UnescapeDataString(password)), ct);
        }
    }
}

/// <summary>Into a folder, a file each, for trying the product: nobody is told anything.</summary>
internal sealed class FolderPost(NoticeOptions options) : INoticePost
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public async Task<IReadOnlyList<MailFate>> Bring(IReadOnlyList<OutgoingMail> mails, CancellationToken ct)
    {
        var folder = Directory.CreateDirectory(options.Folder!);
        foreach (var old in folder.EnumerateFiles("*.eml").Where(f => TimeProvider.System.GetUtcNow() - f.LastWriteTimeUtc > Kept).Take(100).ToList())
        {
            old.Delete();
        }

        foreach (var mail in mails)
        {
            // A second time it is the same file.
            await mail.Mime.WriteToAsync(Path.Combine(folder.FullName, $"{mail.Order}.{mail.Notice}.eml"), ct);
        }

        return [.. mails.Select(_ => new MailFate.Taken())];
    }

    public void Forget(OrderId order)
    {
        if (Directory.Exists(options.Folder))
        {
            foreach (var file in Directory.EnumerateFiles(options.Folder, $"{order}.*.eml").ToList())
            {
                File.Delete(file);
            }
        }
    }
}
