package servertest

// Login is a client of a user by name and password.
func (s *Server) Login(name, password string) *Client {
	s.t.Helper()
	return s.login(name, password)
}
