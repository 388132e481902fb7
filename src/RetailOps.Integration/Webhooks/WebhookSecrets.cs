using Microsoft.AspNetCore.DataProtection;

namespace RetailOps.Integration;

/// <summary>Keeps secrets that sign: they have to be read again, so they are encrypted and not hashed.</summary>
internal sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("RetailOps.Webhooks.v1");

    public string Close(string secret) => protector.Protect(secret);

    /// <exception cref="System.Security.Cryptography.CryptographicException">It was encrypted under a key that is gone.</exception>
    public string Open(string box) => protector.Unprotect(box);
}
