using RetailOps.Platform;

namespace RetailOps.Host;

/// <summary>Which ERP keeps the books when it is not the sandbox inside: Tryton 6.0.</summary>
/// <param name="Address">With the database's name, like <c>http://127.0.0.1:8000/erp/</c>.</param>
/// <param name="User">The login there.</param>
/// <param name="Password">Its secret.</param>
public sealed record ErpSettings(Uri Address, string User, string Password)
{
    /// <summary>Reads <c>RETAILOPS_ERP</c> and what belongs to it.</summary>
    /// <param name="set">Looks up a variable; null when it is not set.</param>
    /// <returns>Null for the sandbox.</returns>
    /// <exception cref="SetupException">Something is missing or cannot be read.</exception>
    internal static ErpSettings? Read(Func<string, string?> set)
    {
        switch (set("RETAILOPS_ERP"))
        {
            case null or "sandbox":
                return null;
            case "tryton":
                break;
            default:
                throw new SetupException("RETAILOPS_ERP is sandbox or tryton.");
        }

        if (!Uri.TryCreate(set("RETAILOPS_ERP_URL"), UriKind.Absolute, out var address) || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps) || address.AbsolutePath.Trim('/').Length == 0)
        {
            throw new SetupException("RETAILOPS_ERP=tryton needs RETAILOPS_ERP_URL, where it answers, with the name of its database: http://127.0.0.1:8000/erp/.");
        }

        if (set("RETAILOPS_ERP_USER") is not { } user || set("RETAILOPS_ERP_PASSWORD") is not { } password)
        {
            throw new SetupException("RETAILOPS_ERP=tryton needs RETAILOPS_ERP_USER and RETAILOPS_ERP_PASSWORD, a login of its company with the rights to invoices, parties and products.");
        }

        // It answers under the name with a slash behind it only.
        return new(address.AbsolutePath.EndsWith('/') ? address : new Uri(address.AbsoluteUri + "/"), user, password);
    }

    /// <summary>Without the secret.</summary>
    public override string ToString() => $"{User} at {Address}";
}
