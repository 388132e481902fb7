using System.Xml.Linq;

using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace RetailOps.Platform;

/// <summary>ASP.NET's data-protection keys in the database, so that every host of it reads every host's cookies.</summary>
internal sealed class KeyTable(Database database) : IXmlRepository
{
    public IReadOnlyCollection<XElement> GetAllElements()
    {
        using var connection = database.Requests.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "select document from platform.keys order by created, name";
        using var reader = command.ExecuteReader();
        var keys = new List<XElement>();
        while (reader.Read())
        {
            keys.Add(XElement.Parse(reader.GetString(0)));
        }

        return keys;
    }

    public void StoreElement(XElement element, string friendlyName)
    {
        using var connection = database.Requests.OpenConnection();
        using var command = connection.CreateCommand();
        command.CommandText = "insert into platform.keys (name, document) values ($1, $2)";
        command.Parameters.Add(new() { Value = string.IsNullOrEmpty(friendlyName) ? Guid.CreateVersion7().ToString() : friendlyName });
        command.Parameters.Add(new() { Value = element.ToString(SaveOptions.DisableFormatting) });
        command.ExecuteNonQuery();
    }
}

/// <summary>Encrypts a key's secret part under the root key.</summary>
internal sealed class KeyEncryptor(RootKey root) : IXmlEncryptor
{
    public const string Purpose = "data-protection";

    public EncryptedXmlInfo Encrypt(XElement plaintextElement) =>
        new(new XElement("encrypted", root.Encrypt(plaintextElement.ToString(SaveOptions.DisableFormatting), Purpose)), typeof(KeyDecryptor));
}

/// <summary>Made by data protection itself from the type's name, hence the constructor.</summary>
internal sealed class KeyDecryptor(IServiceProvider services) : IXmlDecryptor
{
    public XElement Decrypt(XElement encryptedElement) =>
        XElement.Parse(services.GetRequiredService<RootKey>().Decrypt(encryptedElement.Value, KeyEncryptor.Purpose));
}
