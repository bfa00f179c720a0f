using System.Collections;
using System.Reflection;

namespace Vtok.Models.Tests.Weights;

/// <summary>Finds by reflection every tensor that an object holds, whether a module knows of it or not.</summary>
internal static class DeviceOfTensors
{
    private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;

    /// <summary>Paths of the fields whose tensors are elsewhere.</summary>
    public static IReadOnlyList<string> Elsewhere(object root, DeviceType device)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        Walk(root, root.GetType().Name, device, new HashSet<object>(ReferenceEqualityComparer.Instance), found);
        return [.. found];
    }

    private static void Walk(object? value, string path, DeviceType device, HashSet<object> seen, SortedSet<string> found)
    {
        if (value is null or string or Delegate or MemberInfo || !seen.Add(value))
            return;
        if (value is Tensor tensor)
        {
            if (!tensor.IsInvalid && tensor.device_type != device)
                found.Add($"{path}: {tensor.device_type}");
            return;
        }
        if (value is IEnumerable items && (value is Array || value.GetType().Namespace?.StartsWith("System", StringComparison.Ordinal) != false))
            foreach (object? item in items)
                Walk(item, path, device, seen, found);
        for (Type? type = value.GetType(); type is not null && IsOurs(type); type = type.BaseType)
            foreach (FieldInfo field in type.GetFields(All).Where(field => !field.FieldType.IsPrimitive && !field.FieldType.IsPointer))
                Walk(field.GetValue(value), $"{type.Name}.{field.Name}", device, seen, found);
    }

    private static bool IsOurs(Type type) =>
        type.Namespace is { } name && (name.StartsWith("Vtok", StringComparison.Ordinal) || name.StartsWith("TorchSharp.Modules", StringComparison.Ordinal)
            || name.StartsWith("System.Collections.Generic", StringComparison.Ordinal));
}
