using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace RetailOps.Platform;

/// <summary>Somebody who signs in with a name and a password.</summary>
internal sealed class Person : IdentityUser<Guid>
{
    private Person()
    {
    }

    public Person(string name, IEnumerable<string> roles)
    {
        Id = Guid.CreateVersion7();
        UserName = name;
        Roles = [.. roles];
        LockoutEnabled = true;
    }

    public List<string> Roles { get; private set; } = [];

    /// <summary>The channels whose orders this person sees; null for all.</summary>
    public List<string>? Channels { get; private set; }

    /// <summary>The nodes where this person works; null for all.</summary>
    public List<string>? Nodes { get; private set; }

    /// <summary>How long the password opens an account whose owner did not choose it; null when the owner did.</summary>
    public DateTimeOffset? PasswordUntil { get; private set; }

    /// <summary>How many facts there are of this account, see <see cref="PersonRow"/>.</summary>
    public int Revision { get; private set; }

    /// <summary>The password that is about to be kept is the owner's choice.</summary>
    public void ChoosesPassword() => PasswordUntil = null;
}

internal sealed class PersonConfiguration : IEntityTypeConfiguration<Person>
{
    public void Configure(EntityTypeBuilder<Person> builder)
    {
        builder.ToTable("people", "platform");
        builder.HasKey(p => p.Id);
        builder.Property(p => p.Id).HasColumnName("id").ValueGeneratedNever();
        builder.Property(p => p.UserName).HasColumnName("name").IsRequired();
        builder.Property(p => p.NormalizedUserName).HasColumnName("normalized_name").IsRequired();
        builder.Property(p => p.PasswordHash).HasColumnName("password_hash");
        builder.Property(p => p.SecurityStamp).HasColumnName("security_stamp").IsRequired();
        builder.Property(p => p.ConcurrencyStamp).HasColumnName("concurrency_stamp").IsRequired().IsConcurrencyToken();
        builder.Property(p => p.Roles).HasColumnName("roles");
        builder.Property(p => p.Channels).HasColumnName("channels");
        builder.Property(p => p.Nodes).HasColumnName("nodes");
        builder.Property(p => p.PasswordUntil).HasColumnName("password_until");
        builder.Property(p => p.Revision).HasColumnName("revision");
        builder.Property(p => p.LockoutEnabled).HasColumnName("lockout_enabled");
        builder.Property(p => p.LockoutEnd).HasColumnName("lockout_end");
        builder.Property(p => p.AccessFailedCount).HasColumnName("failed_sign_ins");
        builder.HasIndex(p => p.NormalizedUserName).IsUnique();

        // Not used, and no place for personal data.
        builder.Ignore(p => p.Email).Ignore(p => p.NormalizedEmail).Ignore(p => p.EmailConfirmed);
        builder.Ignore(p => p.PhoneNumber).Ignore(p => p.PhoneNumberConfirmed).Ignore(p => p.TwoFactorEnabled);
    }
}
