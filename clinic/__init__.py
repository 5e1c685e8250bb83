"""Who: practices, people, couples, sign-in, invitations, appointments, audit."""
